import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SHARPNESS, type SharpnessDocument } from "../../src/sharpness/index.js";
import { contents, flatenn, temporaryFolder } from "../support/cli.js";

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

describe("flatenn sharpness", { timeout: 120_000 }, () => {
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
    expect((await run("both", ["--arm", "as", "--arm", "standard"])).code).toBe(0);
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
    for (const arm of ["as", "standard"]) expect((await run("cut", ["--arm", arm])).code).toBe(0);
    expect(contents(join(folder, "cut"))).toEqual(contents(join(folder, "both")));
    expect(readdirSync(join(folder, "cut", "sharpness"))).toHaveLength(2);
  });

  it("refuses settings that there are not, and to go on with others", async () => {
    const { folder, run } = prepared();
    const wrong = join(folder, "wrong.json");
    const withSettings = async (settings: object) => {
      writeFileSync(wrong, JSON.stringify(settings));
      const args = ["sharpness", "--arm", "as", "--settings", wrong, "--out", join(folder, "out")];
      const { code, stderr } = await flatenn(args);
      return [code, stderr.split("\n")[0]];
    };
    expect(await withSettings({ image: 3 })).toEqual([1, expect.stringContaining("there is no image")]);
    expect(await withSettings({ rho: 3 })).toEqual([
      1,
      "flatenn: sharpness setting rho must be a list of numbers, got 3",
    ]);
    expect(await withSettings({ images: 55_001 })).toEqual([
      1,
      "flatenn: images must be a whole number from 1 to the 55000 to train on, got 55001",
    ]);
    expect((await run("out", ["--arm", "as"])).code).toBe(0);
    expect(await withSettings({ ...FEW, maps: 3 })).toEqual([1, expect.stringContaining("other settings")]);
    const { code, stderr } = await run("none", ["--arm", "as-low"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("arm must be one of standard")]);
  });
});
