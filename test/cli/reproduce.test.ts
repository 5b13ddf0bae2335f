import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readResultsFrom } from "../../src/results/index.js";
import { contents, reproduceInto, temporaryFolder, writeSmallStudy } from "../support/cli.js";

describe("flatenn reproduce", { timeout: 240_000 }, () => {
  it("trains, injects, draws and prints the claims; again it reuses everything; interrupted it ends with the same bytes", async () => {
    const folder = temporaryFolder();
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
    expect(contents(join(folder, "cut"))).toEqual(before);
    expect(contents(join(folder, "cut-figures"))).toEqual(contents(join(folder, "whole-figures")));
  });
});
