import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Results, readResultsFrom, type TrialRow } from "../../../src/experiments/results/index.js";
import { replayTrial, verifyResults } from "../../../src/experiments/verification/index.js";
import { parseStudy } from "../../../src/studies/index.js";
import { alterTrials, published, smallStudy } from "../../support/published.js";

const LAYERS = ["conv1", "conv2", "fc1", "fc2", "fc3"];
/** Bits of LeNet-5's weight layers at 4 bits a weight. */
const BITS = [600, 9_600, 192_000, 40_320, 3_360];

const study = parseStudy({
  ...smallStudy,
  profile: "extras",
  arms: smallStudy.arms.filter(({ id }) => id === "as"),
  campaign: { ...smallStudy.campaign, maps: 1, rates: [0.05], faults: ["flip", "sa0", "sa1"] },
  extras: [
    { id: "twos-complement", encoding: "twos-complement" },
    { id: "gray", encoding: "gray", faults: ["flip"] },
    { id: "layers", layers: "each" },
  ],
});
const { folder, copy: copyOfResults } = published(study);
let results: Results;
const trial = (what: Partial<TrialRow>) =>
  results.trials.find((row) =>
    Object.entries({ encoding: "offset-binary", layer: "", ...what }).every(
      ([key, value]) => row[key as keyof TrialRow] === value,
    ),
  )!;

beforeAll(async () => {
  results = await readResultsFrom(folder);
}, 60_000);

describe("a campaign with extras", { timeout: 60_000 }, () => {
  it("has their trials beside the main ones and says which extras there are", () => {
    expect(results.trials.length).toBe(1 + 3 + 3 + 1 + 5 * 3);
    expect(results.study.extras).toEqual(study.extras);
    expect(results.study.campaign.encoding).toBe("offset-binary");
  });

  it("changes all faulty bits under flips in any encoding, and other ones when they are stuck", () => {
    const main = trial({ fault: "flip" });
    for (const encoding of ["twos-complement", "gray"] as const) {
      const { exposed, faulty, changed } = trial({ fault: "flip", encoding });
      expect([exposed, faulty, changed]).toEqual([main.exposed, main.faulty, main.faulty]);
    }
    // flips come after the top bit is inverted or before, it is the same
    expect(trial({ fault: "flip", encoding: "twos-complement" }).correct).toBe(main.correct);
    // two's complement inverts the top bit, so other faulty bits hold what they are stuck at already
    const stuck = { fault: "sa0", encoding: "twos-complement" } as const;
    expect(trial(stuck).faulty).toBe(trial({ fault: "sa0" }).faulty);
    expect(trial(stuck).changed).not.toBe(trial({ fault: "sa0" }).changed);
  });

  it("has the main campaign's faults in the one layer, and none elsewhere", () => {
    for (const fault of study.campaign.faults) {
      const main = trial({ fault });
      for (const [i, layer] of LAYERS.entries()) {
        const alone = trial({ fault, layer });
        const only = (counts: readonly number[]) => counts.map((count, j) => (j === i ? count : 0));
        expect(alone.faultyByLayer).toEqual(only(main.faultyByLayer));
        expect(alone.changedByLayer).toEqual(only(main.changedByLayer));
        expect([alone.exposed, alone.faulty, alone.changed]).toEqual([
          BITS[i],
          main.faultyByLayer[i],
          main.changedByLayer[i],
        ]);
      }
    }
  });

  it("is verified trial by trial", async () => {
    const found = await verifyResults(folder, { sampleSeed: 0, share: 1 });
    expect(found).toMatchObject({ problems: [], mismatches: [], trials: 23, recomputedTrials: 23 });
  });

  it("replays a trial with the bits of its encoding, and of its layer alone", async () => {
    const checkpoints = join(folder, "checkpoints");
    const alone = await replayTrial(folder, trial({ fault: "sa1", layer: "fc3" }).id, checkpoints);
    expect(alone.recomputed).toEqual(alone.stored);
    expect(new Set(alone.faultyBits.map(({ layer }) => layer))).toEqual(new Set(["fc3"]));
    expect(alone.faultyBits.length).toBe(alone.stored.faulty);
    const gray = await replayTrial(folder, trial({ fault: "flip", encoding: "gray" }).id, checkpoints);
    expect([gray.recomputed, gray.encoding]).toEqual([gray.stored, "gray"]);
    for (const { codeBefore, storedBefore } of gray.faultyBits)
      expect(storedBefore).toBe(codeBefore ^ (codeBefore >> 1));
  });

  it("that says another layer or encoding of a trial than it had is found out", async () => {
    const copy = copyOfResults();
    const [fc3, gray] = [
      trial({ fault: "sa1", layer: "fc3" }).id,
      trial({ fault: "flip", encoding: "gray" }).id,
    ];
    await alterTrials(
      copy,
      `UPDATE trials SET layer = 'fc2' WHERE id = '${fc3}'`,
      `UPDATE trials SET encoding = 'sign-magnitude' WHERE id = '${gray}'`,
    );
    const { problems } = await verifyResults(copy, { sampleSeed: 0 });
    expect(problems).toEqual(
      expect.arrayContaining([
        `trial ${fc3} is as, seed 0, sa1 at 0.05, map 0, fc3 alone, stored as as, seed 0, sa1 at 0.05, map 0, fc2 alone`,
        `trial ${gray} is as, seed 0, flip at 0.05, map 0, gray, stored as as, seed 0, flip at 0.05, map 0, sign-magnitude`,
      ]),
    );
  });
});
