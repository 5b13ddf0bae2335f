import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  type LandscapeDocument,
  SHARPNESS,
  type SharpnessDocument,
} from "../../src/experiments/sharpness/index.js";
import { findStudy } from "../../src/studies/index.js";
import { flatenn, temporaryFolder } from "../support/cli.js";

/** Everything of everything, but little of it: seconds a network. */
const FEW = {
  images: 64,
  mostProducts: 8,
  traceSamples: 2,
  rho: [0.05],
  adaptiveRho: [0.5],
  steps: 2,
  ballRates: [0.01],
  sphereRates: [0.01],
  averageSamples: 2,
  restarts: 2,
  faultRates: [0.01],
  layerRates: [0.01],
  maps: 2,
};

function prepared() {
  const folder = temporaryFolder();
  const settings = join(folder, "settings.json");
  writeFileSync(settings, JSON.stringify(FEW));
  const path = (name: string, arm = "as") => join(folder, name, "sharpness", `${arm}-seed0.json`);
  return {
    folder,
    path,
    read: (name: string, arm?: string) =>
      JSON.parse(readFileSync(path(name, arm), "utf8")) as SharpnessDocument,
    run: (name: string, more: string[] = [], begun?: Parameters<typeof flatenn>[1]) =>
      flatenn(["sharpness", "--settings", settings, "--out", join(folder, name), ...more], begun),
  };
}

describe("flatenn sharpness", { timeout: 240_000 }, () => {
  it("writes every measure of a network with unit, settings and what it was measured on", async () => {
    const { run, read } = prepared();
    const { code, stderr } = await run("out", ["--arm", "as", "--seed", "0"]);
    expect([code, stderr]).toEqual([0, ""]);
    const { measures, faultRises, predictor, hessian, ...about } = read("out");
    expect(about).toMatchObject({
      format: "flatenn-sharpness-1",
      study: "lenet5-fashion",
      arm: "as",
      seed: 0,
      images: { split: "train", key: ["lenet5-fashion", "sharpness", "images"], count: 64 },
      maps: "lenet5-fashion-sharpness",
      settings: { ...SHARPNESS, ...FEW },
      backend: { backend: "tensorflow", threads: 1 },
    });
    expect(about.layers.map(({ name, weights }) => [name, weights])).toEqual([
      ["conv1", 150],
      ["conv2", 2400],
      ["fc1", 48_000],
      ["fc2", 10_080],
      ["fc3", 840],
    ]);
    expect(measures.map(({ id }) => id)).toEqual([
      "loss",
      "average:p=0.01",
      "average:0.5",
      "sam-step:0.05",
      "sam-ascent:0.05",
      "sam-step:p=0.01",
      "sam-ascent:p=0.01",
      "asam-step:0.5",
      "asam-ascent:0.5",
      "worst:0.003",
      ...[1, 2, 3, 4, 5].map((i) => `eigenvalue:${i}`),
      "eigenvalue:1*norm^2",
      "trace",
      "trace*mean-square",
      ...["conv1", "conv2", "fc1", "fc2", "fc3"].map((layer) => `trace:${layer}`),
      ...["flip", "sa0", "sa1"].map((fault) => `faults:${fault}:p=0.01`),
    ]);
    for (const { value } of measures) expect(Number.isFinite(value)).toBe(true);
    expect(measures.find(({ id }) => id === "average:0.5")!.relativeRadius).toBeCloseTo(0.5, 5);
    expect(faultRises).toHaveLength(3 * 6);
    expect(predictor).toHaveLength(3 * 6);
    expect(hessian!.asymmetry).toBeLessThan(1e-5);
  });

  it("several networks at once and one by one, killed or not, end with the same bytes", async () => {
    const { folder, run, path } = prepared();
    vi.stubEnv("COLUMNS", "140"); // room for the verdicts
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const both = await run("both", ["--arm", "as", "--arm", "standard"]);
    expect(both.code).toBe(0);
    expect(both.stdout).toContain("withheld: one seed gives no interval");
    const parts = () => {
      try {
        return statSync(path("cut")).size;
      } catch {
        return 0;
      }
    };
    const killed = await run("cut", ["--arm", "as"], (child) => {
      const watch = setInterval(() => {
        if (parts() === 0) return;
        child.kill("SIGKILL");
        clearInterval(watch);
      }, 5);
    });
    expect(killed.signal).toBe("SIGKILL");
    const done = (JSON.parse(readFileSync(path("cut"), "utf8")) as SharpnessDocument).done.length;
    expect(done).toBeLessThan(8);
    expect((await run("cut", ["--arm", "as"])).code).toBe(0);
    expect(readdirSync(join(folder, "cut", "sharpness"))).toEqual(["as-seed0.json"]);
    expect(readFileSync(path("cut"), "utf8")).toBe(readFileSync(path("both"), "utf8"));
  });

  it("refuses arms that there are not", async () => {
    const { code, stderr } = await prepared().run("none", ["--arm", "as-low"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("arm must be one of standard")]);
  });
});

describe("flatenn landscape", { timeout: 240_000 }, () => {
  it("draws lines along random directions, the gradient and the faults of the study where none are named", async () => {
    const folder = temporaryFolder();
    const few = ["--plane", "none", "--points", "3", "--images", "32", "--arm", "as"];
    expect(await flatenn(["landscape", "--out", folder, ...few])).toMatchObject({ code: 0, stderr: "" });
    const { directions } = JSON.parse(readFileSync(join(folder, "sharpness", "as-seed0-lines.json"), "utf8"));
    const random = [0, 1, 2, 3, 4].map((n) => `random:${n}`);
    const { faults } = findStudy("lenet5-fashion", "quick").campaign;
    expect(directions).toEqual([...random, "saq", ...faults]);
  });

  it("writes lines and a plane, which figures draw beside the sharpness; the same directions for all arms of a seed", async () => {
    const { folder, run } = prepared();
    const few = ["--lines", "random:0,sa0", "--plane", "random:0,saq", "--points", "3", "--images", "32"];
    const landscape = (...more: string[]) =>
      flatenn(["landscape", "--out", join(folder, "out"), ...few, ...more]);
    expect(await landscape("--arm", "as", "--arm", "standard")).toMatchObject({ code: 0, stderr: "" });
    const read = (name: string) =>
      JSON.parse(readFileSync(join(folder, "out", "sharpness", name), "utf8")) as LandscapeDocument;
    const [lines, plane] = [read("as-seed0-lines.json"), read("as-seed0-plane-random0-saq.json")];
    expect(lines).toMatchObject({ kind: "lines", directions: ["random:0", "sa0"], steps: [-1, 0, 1] });
    expect(plane.rows).toHaveLength(3);
    expect(plane.rows[1]).toEqual(lines.rows[0]); // y = 0
    const other = read("standard-seed0-lines.json");
    expect(other.directionKey).toEqual(lines.directionKey);
    expect(other.rows).not.toEqual(lines.rows);

    expect((await run("out", ["--arm", "as"])).code).toBe(0);
    const drawn = join(folder, "figures");
    vi.stubEnv("FLATENN_CHROMIUM", join(folder, "no-browser")); // pictures take long: figures as data will do
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(
      (await flatenn(["figures", "--profile", "quick", "--sharpness", join(folder, "out"), "--out", drawn]))
        .code,
    ).toBe(0);
    const names = readdirSync(drawn);
    for (const name of [
      "landscape-lines.json",
      "landscape-contours.json",
      "landscape-surfaces.json",
      "predicted-rises.json",
      "predicted-rises.csv",
      "sharpness.md",
      "association.csv",
      "association.json",
    ])
      expect(names).toContain(name);
    expect(readFileSync(join(drawn, "claims.csv"), "utf8")).toContain("C2");
    const { code, stderr } = await landscape("--plane", "saq", "--arm", "as");
    expect([code, stderr.split("\n")[0]]).toEqual([
      1,
      "flatenn: --plane must name two directions, such as random:0,saq, or none, got saq",
    ]);
  });
});
