import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SingleBitResults } from "../../src/experiments/single-bit/index.js";
import { writeCheckpoint } from "../../src/networks/checkpoints/index.js";
import { lenet5 } from "../../src/networks/index.js";
import { leveugleSampleSize } from "../../src/statistics/index.js";
import { contents, flatenn, temporaryFolder, writeSmallStudy } from "../support/cli.js";
import { randomCheckpoint } from "../support/network.js";

/** A random network, and the command on it: conv1 whole, of the other layers a handful of bits. */
function prepared() {
  const folder = temporaryFolder();
  const checkpoint = join(folder, "random.safetensors");
  writeCheckpoint(checkpoint, randomCheckpoint(lenet5, "single-bit"));
  const study = writeSmallStudy(folder);
  const args = ["--study", study, "--checkpoint", checkpoint, "--exhaustive", "1000", "--margin", "0.3"];
  return {
    folder,
    run: (name: string, more: string[] = [], begun?: Parameters<typeof flatenn>[1]) =>
      flatenn(["single-bit", ...args, "--out", join(folder, name), ...more], begun),
    analyses: (name: string) => readdirSync(join(folder, name, "single-bit")).sort(),
  };
}

describe("flatenn single-bit", { timeout: 120_000 }, () => {
  it("writes every tested bit, the summary and the figure, and prints the table; a finer margin adds to them", async () => {
    const { folder, run, analyses } = prepared();
    const { code, stdout, stderr } = await run("out", ["--images", "100"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("One faulty bit at a time (bit flip)");
    const [analysis] = analyses("out");
    expect(analysis).toMatch(/^standard-seed0-flip-[0-9a-f]{8}$/);
    const path = join(folder, "out", "single-bit", analysis!);
    const pictures = ["json", "png", "svg"].map((format) => `figure.${format}`);
    expect(readdirSync(path).sort()).toEqual(["bits.csv", ...pictures, "summary.csv", "summary.json"]);
    const results = JSON.parse(readFileSync(join(path, "summary.json"), "utf8")) as SingleBitResults;
    expect(results).toMatchObject({ study: "small", fault: "flip", images: 100, split: "validation" });
    const sizes = [150, 2400, 48_000, 10_080, 840];
    const sample = (population: number) =>
      population === 150 ? 150 : leveugleSampleSize(population, { margin: 0.3 });
    expect(results.summary.map(({ bits, tested }) => [bits, tested])).toEqual(
      sizes.flatMap((population) => Array(4).fill([population, sample(population)])),
    );
    const lines = () => readFileSync(join(path, "bits.csv"), "utf8").trim().split("\n").slice(1);
    const before = lines();
    expect(before).toHaveLength(4 * sizes.map(sample).reduce((a, b) => a + b));

    const again = await run("out", ["--images", "100"]);
    expect(again.stdout).toContain("all bits already tested");
    const finer = await run("out", ["--images", "100", "--margin", "0.2"]);
    expect(finer.code).toBe(0);
    expect(lines().length).toBeGreaterThan(before.length);
    for (const line of before) expect(lines()).toContain(line);
  });

  it("interrupted or killed, it goes on where it stopped and ends with the same bytes", async () => {
    const { folder, run, analyses } = prepared();
    expect((await run("whole")).code).toBe(0);
    const cut = (signal: NodeJS.Signals) => (child: { kill(signal: NodeJS.Signals): boolean }) => {
      const [file] = analyses("whole").map((name) => join(folder, "cut", "single-bit", name, "bits.csv"));
      const size = () => (existsSync(file!) ? statSync(file!).size : 100);
      const begun = size();
      const watch = setInterval(() => {
        if (size() <= begun) return;
        child.kill(signal);
        clearInterval(watch);
      }, 5);
    };
    const interrupted = await run("cut", [], cut("SIGINT"));
    expect([interrupted.code, interrupted.stderr]).toEqual([130, ""]);
    expect(interrupted.stdout).toContain("the same command goes on from here");
    expect((await run("cut", [], cut("SIGKILL"))).signal).toBe("SIGKILL");
    expect((await run("cut")).code).toBe(0);
    expect(contents(join(folder, "cut"))).toEqual(contents(join(folder, "whole")));
  });

  it("keeps analyses of other faults and images apart, and refuses what it cannot do", async () => {
    const { run, analyses } = prepared();
    const few = ["--images", "10", "--exhaustive", "0"];
    for (const more of [
      ["--fault", "sa0"],
      ["--fault", "sa1"],
    ])
      await run("out", [...few, ...more]);
    await run("out", ["--images", "11", "--exhaustive", "0"]);
    expect(analyses("out").map((name) => name.replace(/-[0-9a-f]{8}$/, ""))).toEqual([
      "standard-seed0-flip",
      "standard-seed0-sa0",
      "standard-seed0-sa1",
    ]);
    const refused = async (...more: string[]) => {
      const { code, stderr } = await run("out", more);
      return [code, stderr.split("\n")[0]];
    };
    expect(await refused("--images", "201")).toEqual([
      1,
      "flatenn: --images must be at most the 200 of the study's campaign, got 201",
    ]);
    expect(await refused("--arm", "as")).toEqual([1, expect.stringContaining("leave out --arm and --seed")]);
    expect(await refused("--fault", "melt")).toEqual([1, expect.stringContaining("flip, sa0, sa1")]);
    expect(await refused("--fault", "flip/weights")).toEqual([
      1,
      "flatenn: --fault must be a model of single bits, without sites, got flip/weights",
    ]);
    expect(await refused("--margin", "1")).toEqual([
      2,
      expect.stringContaining("above 0 and below 1, got 1"),
    ]);
  });

  it("says what to run first where an arm is not trained", async () => {
    const empty = temporaryFolder();
    const out = join(empty, "run");
    const { code, stderr } = await flatenn([
      "single-bit",
      "--arm",
      "as",
      "--checkpoints",
      empty,
      "--out",
      out,
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain("train it first: npx flatenn train --arm as --seed 0");
  });
});
