import { describe, expect, it } from "vitest";
import { accuraciesOf } from "../../src/analysis/accuracies.js";
import { claims } from "../../src/analysis/claims.js";
import { cellsOf } from "../../src/analysis/paired-differences.js";
import { type Difference, differenceOver, referenceArm, regimesOf } from "../../src/analysis/regimes.js";
import { penaltiesTable, regimesTable } from "../../src/exhibits/index.js";
import { fullResults } from "../exhibits/full-rows.js";
import { type Correct, study, typical } from "../exhibits/rows.js";

/** Standard loses 40 points at 10 %, in proportion; the others nothing at all. */
const onlyStandard: Correct = (arm, fault, rate) =>
  arm === "standard" && fault !== "none" ? 900 - Math.round(4000 * rate) : 900;
const results = study(onlyStandard, { rates: [0.0125, 0.02, 0.05, 0.06] });

describe("regimes of damage", () => {
  it("are fixed by the reference arm's own loss alone: 5 and 20 points belong to the milder one", () => {
    const found = regimesOf(results, accuraciesOf(results));
    const rates = found.map(({ id, cells }) => [id, [...new Set(cells.map(({ rate }) => rate))]]);
    expect(rates).toEqual([
      ["slight", [0.0125]],
      ["moderate", [0.02, 0.05]],
      ["severe", [0.06]],
    ]);
    const others = study(
      (arm, fault, rate, seed, map) =>
        arm === "standard" ? onlyStandard(arm, fault, rate, seed, map) : 100 + seed,
      { rates: [0.0125, 0.02, 0.05, 0.06] },
    );
    expect(regimesOf(others, accuraciesOf(others))).toEqual(found);
  });

  it("divide the cells of the claims: none is lost, none stands twice, and an empty regime is left out", () => {
    for (const each of [results, study(typical), study(() => 900)]) {
      const cells = regimesOf(each, accuraciesOf(each)).flatMap((regime) => regime.cells);
      const key = ({ fault, rate }: { fault: string; rate: number }) => `${fault} ${rate}`;
      expect(cells.map(key).sort()).toEqual(cellsOf(each).map(key).sort());
    }
    const sound = study(() => 900);
    expect(regimesOf(sound, accuraciesOf(sound)).map(({ id }) => id)).toEqual(["slight"]);
  });

  it("are none without a reference arm, or where it is incomplete", () => {
    const sparse = study(typical, { arms: ["as", "as-saq"] });
    expect(referenceArm(sparse.study)).toBeUndefined();
    expect(regimesOf(sparse, accuraciesOf(sparse))).toEqual([]);
    expect(regimesTable(sparse).rows).toEqual([]);
    const partial = { ...results, trials: results.trials.slice(1) };
    expect(regimesOf(partial, accuraciesOf(partial))).toEqual([]);
  });
});

describe("a difference over cells", () => {
  it("is, over all cells, the effect and the drop of the claims", () => {
    const few = study(typical);
    for (const { better, worse, effect, drop } of claims(few, { resamples: 1 }).filter(
      ({ fault }) => fault === "all",
    )) {
      const found = differenceOver(accuraciesOf(few), { better, worse }, cellsOf(few)) as Difference;
      expect(found.effect).toMatchObject(effect);
      expect(found.drop).toMatchObject(drop);
    }
  });

  it("weighs regimes by their cells: together they give the effect over all", () => {
    const rows = regimesTable(results).rows.filter(({ label }) => label === "C3b");
    const [all, ...parts] = rows.map(
      ({ cells, effect_pp: effect }) => [Number(cells), Number(effect)] as const,
    );
    const sum = parts.reduce((total, [cells, effect]) => total + cells * effect, 0);
    expect(sum / all![0]).toBeCloseTo(all![1], 9);
  });
});

it("every sparsity penalty stands against the reference, whatever arm it is a control of", () => {
  const { rows } = penaltiesTable(fullResults({ maps: 2, rates: [0.01, 0.05] }));
  expect([...new Set(rows.map(({ comparison }) => comparison))]).toEqual([
    "standard - AS",
    "standard - AS-high",
    "standard - Hoyer",
    "standard - FATReLU",
  ]);
  expect(penaltiesTable(study(typical, { arms: ["as"] })).rows).toEqual([]);
});
