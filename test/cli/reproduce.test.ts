import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { claims } from "../../src/exhibits/index.js";
import { readResultsFrom } from "../../src/experiments/results/index.js";
import { contents, reproduceInto, reproducible, writeSmallStudy } from "../support/cli.js";

/** The small study and its uninterrupted run, of whose networks later tests take those that they do not train themselves. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flatenn-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("flatenn reproduce", { timeout: 240_000 }, () => {
  it("trains, injects, draws and prints the claims; again it reuses everything; interrupted it ends with the same bytes", async () => {
    vi.stubEnv("COLUMNS", "200"); // room for the paper's numbers
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const reproduce = reproduceInto(folder, writeSmallStudy(folder));
    const whole = await reproduce("whole");
    expect(whole.stderr).toBe("");
    expect(whole.code).toBe(0);
    for (const text of ["C1", "C3a", "C3b", "C4", "17.32", "11.13", "exploratory"])
      expect(whole.stdout).toContain(text);

    const results = await readResultsFrom(join(folder, "whole"));
    expect(results.trials.length).toBe(4 * (1 + 3 * 2 * 2));
    expect(results.networks.map(({ arm }) => arm)).toEqual(["standard", "standard-saq", "as", "as-saq"]);
    expect(results.trials.every(({ images, exposed }) => images === 200 && exposed === 245_880)).toBe(true);
    const figures = readdirSync(join(folder, "whole-figures"));
    for (const name of [
      "claims.csv",
      "claims.md",
      "networks.csv",
      "accuracy.csv",
      "accuracy-against-rate.json",
    ])
      expect(figures).toContain(name);

    const before = contents(join(folder, "whole"));
    const again = await reproduce("whole");
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("train as-saq, seed 0: already trained");
    expect(again.stdout).toContain("inject faults: all 52 trials already done");
    expect(contents(join(folder, "whole"))).toEqual(before);

    let interrupts = 0;
    for (const seconds of [1, 3, 4]) {
      // counted from its first word: a process that is still being loaded takes no interrupt
      const ended = await reproduce("cut", (child) =>
        child.stdout!.once("data", () => setTimeout(() => child.kill("SIGINT"), 1000 * seconds)),
      );
      if (ended.code === 0) break;
      expect([ended.code, ended.stdout]).toEqual([
        130,
        expect.stringContaining("the same command goes on from here"),
      ]);
      interrupts++;
    }
    expect(interrupts).toBeGreaterThan(0);
    expect((await reproduce("cut")).code).toBe(0);
    expect(reproducible(join(folder, "cut"))).toEqual(reproducible(join(folder, "whole")));
    expect(contents(join(folder, "cut-figures"))).toEqual(contents(join(folder, "whole-figures")));
  });

  it("does some arms when asked, withholds what needs the others, and ends with the same results when they follow", async () => {
    vi.stubEnv("FLATENN_CHROMIUM", join(folder, "no-browser")); // pictures take long: figures as data will do
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const reproduce = reproduceInto(folder, writeSmallStudy(folder));
    const networks = join("run", "checkpoints");
    mkdirSync(join(folder, networks), { recursive: true });
    const trained = (name: string) => join(networks, `${name}-seed0.safetensors`);
    const copy = (name: string) =>
      cpSync(join(folder, "whole", "checkpoints", `${name}-seed0.safetensors`), join(folder, trained(name)));
    copy("float");
    const some = await reproduce("run", undefined, ["--arm", "standard", "--arm", "as"]);
    expect([some.code, some.stderr]).toEqual([
      0,
      expect.stringMatching(/^The pictures were not drawn: .*\n$/),
    ]);
    expect(readdirSync(join(folder, networks)).sort()).toEqual(
      ["as", "float", "standard"].map((name) => `${name}-seed0.safetensors`),
    );
    const part = await readResultsFrom(join(folder, "run"));
    expect(part.networks.map(({ arm }) => arm)).toEqual(["standard", "as"]);
    expect(part.trials.length).toBe(2 * (1 + 3 * 2 * 2));
    const verdicts = claims(part, { resamples: 10 }).filter(({ fault }) => fault === "all");
    expect(verdicts.map(({ claim, verdict }) => [claim, verdict === "withheld"])).toEqual([
      ["C1", false],
      ["C3a", true],
      ["C3b", true],
      ["C4", true],
    ]);

    copy("standard-saq");
    copy("as-saq");
    expect((await reproduce("run")).code).toBe(0);
    const whole = await readResultsFrom(join(folder, "run"));
    expect(whole.trials.length).toBe(4 * (1 + 3 * 2 * 2));
    expect(whole.trials).toEqual(expect.arrayContaining([...part.trials]));
    expect(reproducible(join(folder, "run"))).toEqual(reproducible(join(folder, "whole")));

    const wrong = await reproduce("other", undefined, ["--arm", "az"]);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("standard-saq")]);
  });
});
