import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findStudy, type Study } from "../../src/studies/index.js";
import { contents, flatenn, reproducible, temporaryFolder } from "../support/cli.js";

/** A selection that takes seconds: real images, few of them. */
function writeSmallSelection(folder: string): string {
  const { selection, ...rest } = findStudy("lenet5-fashion", "selection");
  const study: Study = {
    ...rest,
    name: "small",
    profile: "test",
    trainingImages: 256,
    seeds: [100],
    float: { ...rest.float, epochs: 1 },
    quantized: { ...rest.quantized, epochs: 1 },
    campaign: { ...rest.campaign, images: 100, maps: 1 },
    selection: {
      ...selection!,
      tolerance: 1,
      extensions: 1,
      stages: [
        { id: "as", base: "standard", varies: "l1", grid: [1e-4], factor: 3, rule: "clean" },
        { id: "as-saq", base: "as", varies: "saq", grid: [0.1, 0.2], factor: 2, rule: "faults" },
      ],
    },
  };
  const path = join(folder, "study.json");
  writeFileSync(path, JSON.stringify(study));
  return path;
}

describe("flatenn select", { timeout: 240_000 }, () => {
  it("trains, evaluates and chooses stage by stage, reuses everything, and ends with the same bytes when interrupted", async () => {
    const folder = temporaryFolder();
    const study = writeSmallSelection(folder);
    const select = (name: string, begun?: Parameters<typeof flatenn>[1]) =>
      flatenn(["select", "--study", study, "--out", join(folder, name)], begun);
    const whole = await select("whole");
    expect([whole.code, whole.stderr]).toEqual([0, ""]);
    const record = JSON.parse(readFileSync(join(folder, "whole", "selection.json"), "utf8"));
    // every value is allowed here, so the largest one that may be added is chosen
    expect(record).toMatchObject({ finished: true, seeds: [100], choices: { as: 3e-4 } });
    expect(record.stages[1].tried.length).toBeGreaterThan(1);
    for (const { networks } of record.stages[1].tried) {
      const [{ clean, underFaults, byFault, relativeRho, failure }] = networks;
      expect([Object.keys(byFault), failure]).toEqual([["flip", "sa0", "sa1"], null]);
      const mean = (byFault.flip + byFault.sa0 + byFault.sa1) / 3;
      expect(underFaults).toBeCloseTo(mean, 9);
      expect(clean).toBeGreaterThan(0);
      expect(relativeRho).toBeGreaterThan(0);
    }
    const csv = readFileSync(join(folder, "whole", "selection.csv"), "utf8")
      .trim()
      .split("\n");
    expect(csv.length).toBe(1 + 2 + record.stages[1].tried.length);

    const before = contents(join(folder, "whole"));
    const again = await select("whole");
    expect([again.code, again.stdout]).toEqual([0, expect.not.stringContaining("train")]);
    expect(contents(join(folder, "whole"))).toEqual(before);

    const cut = await select("cut", (child) =>
      child.stdout!.on("data", (text) => {
        if (String(text).includes("done in")) child.kill("SIGINT"); // the float network is trained, no arm is
      }),
    );
    expect(cut.code).toBe(130);
    expect((await select("cut")).code).toBe(0);
    const { "/study.json": _, ...rest } = reproducible(join(folder, "whole"));
    expect(reproducible(join(folder, "cut"))).toMatchObject(rest);
    expect(readdirSync(join(folder, "cut", "candidates")).length).toBe(2 + 1 + record.stages[1].tried.length);
  });

  it("refuses a profile without a selection, and a candidate that the selection does not try", async () => {
    const folder = temporaryFolder();
    const quick = await flatenn(["select", "--profile", "quick", "--out", join(folder, "run")]);
    expect([quick.code, quick.stderr]).toEqual([1, expect.stringContaining("Use --profile selection")]);
    const study = writeSmallSelection(folder);
    const args = ["--study", study, "--profile", "test", "--out", join(folder, "run2"), "--seed", "100"];
    const unknown = await flatenn(["candidate", ...args, "--arm", "nothing"]);
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining("of standard, standard-l1-0p0001; got nothing"),
    ]);
  });
});
