import { describe, expect, it } from "vitest";
import { campaignImages } from "../../../src/experiments/campaign/index.js";
import { planConditions } from "../../../src/experiments/campaign/plan.js";
import { surveySelection } from "../../../src/experiments/selection/select.js";
import { firstPhaseOf, sharedArms } from "../../../src/experiments/study/phases.js";
import { armHash, armOf, findStudy, floatHash, parseStudy, seedsOfArm } from "../../../src/studies/index.js";
import { controlArms, mainArms } from "../../../src/studies/resnet18-cifar10/arms.js";
import { EXTRAS } from "../../../src/studies/resnet18-cifar10/extras.js";

const [quick, full, selection] = ["quick", "full", "selection"].map((profile) =>
  findStudy("resnet18-cifar10", profile),
);
const selected = {
  ...{ as: 1e-5, asHigh: 7e-5, asHighMean: 0.7 },
  ...{ standardSaq: 0.1, asSaq: 0.05, asHighSaq: 0.05, clipped: 1.4 },
};
/** The full profile as it will be, with numbers in the place of those that are open. */
const filled = parseStudy({
  ...full!,
  arms: [...mainArms(selected), ...controlArms(selected)],
  extras: EXTRAS,
});

describe("the study of ResNet-18", () => {
  it("reads no test image before it is frozen", () => {
    expect(full).toMatchObject({ frozen: false, exploratory: false, campaign: { split: "test" } });
    expect(() => campaignImages(full!)).toThrow("which nothing reads before the study is frozen");
    for (const other of [quick!, selection!])
      expect(other).toMatchObject({ exploratory: true, campaign: { split: "validation" } });
  });

  it("has, while numbers are open, only networks that need none of them, and these stay what they are", () => {
    expect(full!.arms.map(({ id }) => id)).toEqual([
      "standard",
      "standard-batch-saq",
      "randbet-1",
      "standard-observed",
    ]);
    for (const arm of full!.arms)
      expect(armHash(filled, armOf(filled, arm.id), 0), arm.id).toBe(armHash(full!, arm, 0));
  });

  it("selects with the float network and the phases of the full profile, on a seed of its own", () => {
    expect(floatHash(selection!, 0)).toBe(floatHash(full!, 0));
    const standard = armOf(full!, "standard");
    expect(armHash(selection!, standard, 0)).toBe(armHash(full!, standard, 0));
    expect(selection!.seeds.filter((seed) => full!.seeds.includes(seed))).toEqual([]);
    const [first] = surveySelection(selection!, []);
    expect(first!.missing.map(({ id }) => id)).toEqual([
      "standard",
      ...["0p00001", "0p00002", "0p00004", "0p00012"].map((alpha) => `standard-l1-${alpha}`),
    ]);
  });

  it("trains SAQ and conventional arms of a network from one first phase, then by stored statistics", () => {
    for (const id of ["standard", "as", "as-high"]) {
      const [arm, saq] = [armOf(filled, id), armOf(filled, `${id}-saq`)];
      expect(firstPhaseOf(filled, saq)!.id).toBe(firstPhaseOf(filled, arm)!.id);
      for (const { gradient } of [arm, saq]) expect(gradient).toMatchObject({ statistics: "stored" });
      expect(firstPhaseOf(filled, arm)!.gradient).toEqual({ rule: "conventional" });
      expect([seedsOfArm(filled, arm).length, seedsOfArm(filled, saq).length]).toEqual([5, 5]);
    }
    // standard (RandBET too), AS, AS-high; clipped, by layer mean, observed ranges of two
    expect(sharedArms(filled).length).toBe(3 + 4);
    for (const { id, group } of filled.arms.slice(6)) {
      expect(group, id).toBe("control");
      expect(seedsOfArm(filled, armOf(filled, id)).length, id).toBe(3);
    }
  });

  it("has the trials that docs/protocol.md section 9 says", () => {
    const conditions = (arm: string) => planConditions(filled, { arm, seed: 0 });
    const main = 50 * 3 * 7;
    expect(conditions("standard-observed").length).toBe(1 + main);
    expect(conditions("as").length).toBe(1 + 3 * main + 10 * 3 * 3 * 6);
  });

  it("has a quick profile that trains on any processor", () => {
    expect(quick).not.toHaveProperty("instructionSet");
    expect([full!.instructionSet, selection!.instructionSet]).toEqual(["AVX512_CORE", "AVX512_CORE"]);
    expect(quick!.seeds.length).toBe(1);
  });
});
