import { describe, expect, test } from "vitest";
import {
  ablationsTable,
  accuracyTable,
  controlsTable,
  type Figure,
  type Table,
  toCsv,
  tradeOff,
} from "../../src/exhibits/index.js";
import type { Results } from "../../src/experiments/results/rows.js";
import { pairedEffect } from "../../src/statistics/index.js";
import { fullResults, smallResults } from "./full-rows.js";
import { study, typical } from "./rows.js";

const small = smallResults();
const rowOf = ({ rows }: Table, arm: string) => rows.find((row) => row["arm"] === arm)!;
const without = (results: Results, arm: string, seed: number): Results => ({
  ...results,
  networks: results.networks.filter((row) => row.arm !== arm || row.seed !== seed),
  trials: results.trials.filter((row) => row.arm !== arm || row.seed !== seed),
});

/** Accuracy in percent by seed and map: mean over these fault types and all rates. */
function meanAccuracy(results: Results, arm: string, seeds: readonly number[], faults: readonly string[]) {
  return seeds.map((seed) =>
    [0, 1].map((map) => {
      const own = results.trials.filter(
        (row) =>
          [row.arm, row.seed, row.map, row.layer, row.encoding].join() ===
            [arm, seed, map, "", "offset-binary"].join() && faults.includes(row.fault),
      );
      return own.reduce((sum, { correct, images }) => sum + (100 * correct) / images, 0) / own.length;
    }),
  );
}
const minus = (a: number[][], b: number[][]) => a.map((row, s) => row.map((value, m) => value - b[s]![m]!));

describe("the controls table", () => {
  const table = controlsTable(small);
  const all = ["flip", "sa0", "sa1"];

  test("has the arms that controls are compared with, then each control with its base", () => {
    expect(table.rows.map(({ title }) => title).slice(0, 4)).toEqual([
      "standard",
      "standard + SAQ",
      "AS-high",
      "standard, 2x epochs",
    ]);
    expect(table.rows.length).toBe(13);
    expect(rowOf(table, "fatrelu")["base"]).toBe("AS-high");
    expect(rowOf(table, "standard")).toMatchObject({ base: "", effect_pp_all: null });
  });

  test("has accuracy under faults, its paired effect against the base arm, and beside SAQ on the same network", () => {
    const clipped = meanAccuracy(small, "clipped", small.study.seeds, all);
    const row = rowOf(table, "clipped");
    expect(row["accuracy_pct_all"]).toBeCloseTo(pairedEffect(clipped).mean, 9);
    for (const [key, base] of [
      ["effect_pp_all", "standard"],
      ["beside_saq_pp_all", "standard-saq"],
    ] as const) {
      const { mean, low, high } = pairedEffect(
        minus(clipped, meanAccuracy(small, base, small.study.seeds, all)),
      );
      expect(row[key]).toBeCloseTo(mean, 9);
      expect(row[`${key}_low`]).toBeCloseTo(low, 9);
      expect(row[`${key}_high`]).toBeCloseTo(high, 9);
    }
    const flips = meanAccuracy(small, "hoyer", small.study.seeds, ["flip"]);
    expect(rowOf(table, "hoyer")["effect_pp_flip"]).toBeCloseTo(
      pairedEffect(minus(flips, meanAccuracy(small, "as-high", small.study.seeds, ["flip"]))).mean,
      9,
    );
    expect(rowOf(table, "hoyer")["beside_saq_pp_all"]).toBeNull(); // no arm trains the Hoyer network with SAQ
  });

  test("withholds an arm that lacks a network, with the reason, and what is compared with it", () => {
    const lacking = controlsTable(without(small, "standard-saq", 2));
    const reason = "standard-saq has no network with seed 2 yet";
    expect(rowOf(lacking, "standard-saq")).toMatchObject({ accuracy_pct_all: null, basis: reason, seeds: 4 });
    const [before, after] = [rowOf(table, "clipped"), rowOf(lacking, "clipped")];
    expect(after["beside_saq_pp_all"]).toBeNull();
    expect(after["effect_pp_all"]).toBe(before["effect_pp_all"]);
  });

  test("snapshot", async () => {
    await expect(rounded(table)).toMatchFileSnapshot("snapshots/controls.csv.snap");
  });
});

describe("the ablations table", () => {
  const table = ablationsTable(small);
  const find = (change: string, claim: string) =>
    table.rows.find((row) => row["change"] === change && row["claim"] === claim)!;

  test("has every claim without a change and under each one, and the sparsities beside AS without C3b", () => {
    expect([...new Set(table.rows.map(({ change }) => change))]).toEqual([
      "none",
      "observed ranges",
      "W2A2",
      "W3A3",
      "W8A8",
      "8-bit ends",
      "AS-middle",
      "AS-high",
    ]);
    expect(table.rows.length).toBe(6 * 4 + 2 * 3);
    expect(find("AS-middle", "C3b")).toBeUndefined();
    expect(find("AS-middle", "C4")["comparison"]).toBe("(AS-middle + SAQ) - standard");
    expect(find("8-bit ends", "C3b")["comparison"]).toBe(
      "(standard + SAQ, 8-bit ends) - (standard, 8-bit ends)",
    );
  });

  test("pairs the seeds that both arms have", () => {
    const seeds = [0, 1, 2];
    for (const [change, better, worse] of [
      ["W2A2", "as-saq-w2a2", "as-w2a2"],
      ["AS-middle", "as-middle-saq", "as-middle"],
    ] as const) {
      const expected = pairedEffect(
        minus(meanAccuracy(small, better, seeds, ["sa1"]), meanAccuracy(small, worse, seeds, ["sa1"])),
      );
      const row = find(change, "C3a");
      expect(row["seeds"]).toBe(3);
      expect(row["effect_pp_sa1"]).toBeCloseTo(expected.mean, 9);
      expect(row["effect_pp_sa1_low"]).toBeCloseTo(expected.low, 9);
    }
    expect(find("AS-middle", "C1")).toMatchObject({ seeds: 3, comparison: "standard - AS-middle" });
    expect(find("AS-high", "C1")["seeds"]).toBe(5);
  });

  test("withholds what an untrained network is needed for", () => {
    const { rows } = ablationsTable(without(small, "as-w2a2", 1));
    const withheld = rows.filter(({ verdict }) => String(verdict).startsWith("withheld"));
    expect(withheld.map(({ change, claim }) => `${change} ${claim}`)).toEqual(["W2A2 C1", "W2A2 C3a"]);
    expect(withheld[0]).toMatchObject({
      effect_pp_all: null,
      verdict: "withheld: as-w2a2 has no network with seed 1 yet",
    });
  });

  test("snapshot", async () => {
    await expect(rounded(table)).toMatchFileSnapshot("snapshots/ablations.csv.snap");
  });
});

describe("the trade-off figure", () => {
  interface Dot {
    name: string;
    mode: string;
    xaxis?: string;
    x: number[];
    y: number[];
    error_y: { array: number[]; arrayminus: number[] };
    marker: { symbol: string; color: string };
  }
  const dots = ({ data }: Figure) => (data as Dot[]).filter(({ mode, xaxis }) => mode === "markers" && xaxis);
  const figure = tradeOff(small);

  test("has every main arm and control in each panel: no faults and each fault type, by sparsity and by clip range", () => {
    expect(dots(figure).length).toBe(16 * 4 * 2);
    const names = (figure.data as Dot[])
      .filter(({ mode, xaxis }) => mode === "markers" && !xaxis)
      .map(({ name }) => name);
    expect(new Set(names).size).toBe(16);
  });

  test("places an arm at its means over seeds, with the interval of its accuracy", () => {
    const networks = small.networks.filter(({ arm }) => arm === "as-high");
    const mean = (read: (row: (typeof networks)[number]) => number) =>
      networks.reduce((sum, row) => sum + read(row), 0) / networks.length;
    const high = dots(figure).filter(({ name }) => name === "AS-high");
    expect(high[0]!.x[0]).toBeCloseTo(
      mean(({ sparsity }) => 100 * sparsity),
      9,
    );
    expect(high[0]!.y[0]).toBeCloseTo(
      mean(({ correct, images }) => (100 * correct) / images),
      9,
    );
    expect(high[4]!.x[0]).toBeCloseTo(
      mean(({ clipRatio }) => clipRatio),
      9,
    );
    const flips = pairedEffect(meanAccuracy(small, "as-high", small.study.seeds, ["flip"]));
    expect(high[1]!.y[0]).toBeCloseTo(flips.mean, 9);
    expect(high[1]!.error_y.array[0]).toBeCloseTo(flips.high - flips.mean, 9);
  });

  test("leaves out an arm that is not complete, and has nothing without trials", () => {
    expect(dots(tradeOff(without(small, "hoyer", 0))).some(({ name }) => name === "Hoyer")).toBe(false);
    expect(tradeOff(study(typical, { trials: [], networks: [] })).data).toEqual([]);
  });

  test("snapshot, rounded to 3 decimals", async () => {
    const text = `${JSON.stringify(JSON.parse(JSON.stringify(figure), round3), null, 1)}\n`;
    await expect(text).toMatchFileSnapshot("snapshots/trade-off.json.snap");
  });
});

test("studies without controls or ablations have empty tables, and the accuracy table has every arm there is", () => {
  const plain = study(typical);
  expect([controlsTable(plain).rows, ablationsTable(plain).rows]).toEqual([[], []]);
  expect(new Set(accuracyTable(small).rows.map(({ arm }) => arm)).size).toBe(38);
});

test("the full study's shape, 210,900 trials, takes seconds", { timeout: 30_000 }, () => {
  const whole = fullResults();
  expect(whole.trials.length).toBe(146 * 1050 + 6 * 5 * 8 * 240);
  expect(ablationsTable(whole).rows.every(({ effect_pp_all }) => effect_pp_all !== null)).toBe(true);
});

function round3(_: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}

function rounded(table: Table): string {
  const rows = JSON.parse(JSON.stringify(table.rows), round3) as Table["rows"];
  return toCsv({ ...table, rows });
}
