import { expect, test } from "vitest";
import { claimEffects, judgedSharpness, type SharpnessRow, seedsTable } from "../../src/exhibits/index.js";
import { judgement } from "../../src/studies/lenet5-fashion/claims.js";
import { type Correct, study, typical } from "./rows.js";

/** Standard has 10 points more than AS with the seeds of version 1, and 20 less with the new ones. */
const turning: Correct = (arm, fault, _, seed) =>
  fault === "none" ? 900 : arm.startsWith("as") ? 600 : seed < 5 ? 700 : 400;
const seeds = [0, 1, 2, 3, 4, 5, 6];

test("claims of a version that adds seeds stand on those read before, on the new ones alone, and on all", () => {
  const results = study(turning, { seeds });
  const { rows, caption } = seedsTable({ ...results, study: { ...results.study, continues: 1 } });
  const c1 = rows.filter(({ claim }) => claim === "C1");
  expect(c1.map((row) => [row["seeds"], row["verdict"]])).toEqual([
    ["0 to 4, read before", "supported"],
    ["5, 6, new", "contradicted"],
    ["all 7", "inconclusive"],
  ]);
  expect(c1.map((row) => row["effect_pp"])).toEqual(
    [10, -20, (5 * 10 + 2 * -20) / 7].map((x) => expect.closeTo(x, 9)),
  );
  expect(rows.map(({ claim }) => claim)).toEqual(["C1", "C3a", "C3b", "C4"].flatMap((id) => [id, id, id]));
  expect(caption).toContain("Seeds of version 1 had been read");
});

test("an arm that is trained on fewer seeds is in no row, and a study that goes on with none has no table", () => {
  const results = study(turning, { seeds });
  const arms = results.study.arms.map((arm) => (arm.id === "as-saq" ? { ...arm, seeds: 5 } : arm));
  const fewer = { ...results, study: { ...results.study, arms, continues: 1 } };
  expect(new Set(seedsTable(fewer).rows.map(({ claim }) => claim))).toEqual(new Set(["C1", "C3b"]));
  expect(seedsTable(study(typical)).rows).toEqual([]);
});

const MEASURE = judgement.sharpness!.measure;

/** Sharpness of one network by the measure that judges. */
function sharpness(arm: string, seed: number, value: number): SharpnessRow {
  const measure = {
    id: MEASURE,
    value,
    standardError: null,
    unit: "nats",
    radius: null,
    relativeRadius: null,
  };
  return { arm, seed, measures: new Map([[MEASURE, measure]]) } as unknown as SharpnessRow;
}

test("so does the claim about sharpness", () => {
  const results = study(turning, { seeds });
  const rows = seeds.flatMap((seed) => [
    sharpness("standard", seed, 1),
    sharpness("as", seed, 1 + (seed < 5 ? -0.3 : 0.2) + 0.01 * seed),
  ]);
  const found = seedsTable({ ...results, study: { ...results.study, continues: 1 } }, rows).rows.filter(
    ({ claim }) => claim === "C2",
  );
  expect(found.map((row) => [row["seeds"], row["verdict"], row["effect_pp"]])).toEqual([
    ["0 to 4, read before", "contradicted", null],
    ["5, 6, new", "supported", null],
    ["all 7", "inconclusive", null],
  ]);
  expect(found[0]!["comparison"]).toBe("sharpness, AS - standard: -0.2800 [-0.2996, -0.2604] nats");
});

test("a pair of which one arm has fewer seeds is judged on those, and withheld only where one of them is missing", () => {
  const results = study(turning, { seeds });
  const arms = results.study.arms.map((arm) => (arm.id === "as" ? { ...arm, seeds: 3 } : arm));
  const own = { ...results, study: { ...results.study, arms } };
  const rows = seeds.flatMap((seed) => [
    sharpness("standard", seed, 1),
    sharpness("as", seed, 2 + 0.1 * seed),
  ]);
  const judged = (last: number) =>
    judgedSharpness(
      own,
      rows.filter(({ seed }) => seed <= last),
    )[0];
  expect(judged(2)?.verdict).toBe("supported");
  expect(judged(1)?.reason).toBe("sharpness is measured with 2 of 3 seeds");
});

test("the figure of the claims has the interval of each and every seed's own difference, the new ones apart", () => {
  const results = study(turning, { seeds });
  const { data, layout } = claimEffects({ ...results, study: { ...results.study, continues: 1 } });
  const traces = data as { name: string; x: number[]; y: number[]; customdata?: number[] }[];
  expect(traces.map(({ name }) => name)).toEqual([
    "mean difference in accuracy (judged)",
    "mean difference in drop",
    "each seed, read before",
    "each seed, new",
  ]);
  expect(traces[0]!.x[0]).toBeCloseTo((5 * 10 + 2 * -20) / 7, 9);
  expect(traces[2]!.x.slice(0, 5)).toEqual([10, 10, 10, 10, 10].map((x) => expect.closeTo(x, 9)));
  expect(traces[3]!.x.slice(0, 2)).toEqual([-20, -20].map((x) => expect.closeTo(x, 9)));
  expect(traces[3]!.customdata!.slice(0, 2)).toEqual([5, 6]);
  expect((layout as unknown as { yaxis: { ticktext: string[] } }).yaxis.ticktext[0]).toBe(
    "C1: standard - AS",
  );
  const one = claimEffects(study(typical));
  expect((one.data as { name: string }[]).map(({ name }) => name)).toContain("each seed");
});
