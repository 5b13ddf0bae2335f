import { expect, test } from "vitest";
import { seedsTable } from "../../src/exhibits/index.js";
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
