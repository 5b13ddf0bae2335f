import { describe, expect, test } from "vitest";
import { type Figure, selectionFigure, selectionGridTable, type Table } from "../../src/exhibits/index.js";
import { type CandidateRow, surveySelection } from "../../src/experiments/selection/select.js";
import { type SelectionRecord, selectionRecord } from "../../src/experiments/selection/select-results.js";
import type { Arm } from "../../src/experiments/study/study.js";
import { armHash, findStudy, type Study } from "../../src/studies/index.js";

/** A selection of two stages, whose values do not change with the published one's. */
const study: Study = {
  ...findStudy("lenet5-fashion", "selection"),
  selection: {
    tolerance: 0.01,
    sparsity: { target: 0.85, within: 0.02 },
    extensions: 6,
    stages: [
      { id: "as", base: "standard", varies: "l1", grid: [1e-4, 3e-4, 1e-3], factor: 3, rule: "clean" },
      {
        id: "as-high",
        base: "standard",
        varies: "l1",
        grid: [1e-4, 3e-4, 1e-3],
        factor: 3,
        rule: "sparsity",
      },
      { id: "as-saq", base: "as", varies: "saq", grid: [0.2, 0.4, 0.8], factor: 2, rule: "faults" },
    ],
  },
};

/** Sparser, and less accurate, the larger alpha; more accurate under faults, and less without, the larger rho. */
function madeUp({ id, sparsification: sparse, gradient }: Arm, seed: number): CandidateRow {
  const alpha = "alpha" in sparse ? sparse.alpha : 1e-5;
  const rho = "rho" in gradient ? gradient.rho : 0;
  const clean = 0.9 - 5 * alpha - 0.02 * rho + (seed === 100 ? 0.001 : -0.001);
  const underFaults = 0.7 + 0.1 * rho - (rho > 0.5 ? 0.06 : 0);
  return {
    arm: id,
    seed,
    config: armHash(study, { id, sparsification: sparse, gradient }, seed),
    failure: null,
    clean,
    sparsity: Math.min(0.99, 0.5 + 0.16 * Math.log10(alpha / 1e-5)),
    byFault: { flip: underFaults - 0.1, sa0: underFaults, sa1: underFaults + 0.1 },
    underFaults,
    clipRatio: 3,
    weightNorm: 25,
    relativeRho: rho === 0 ? null : rho / 25,
  };
}

/** The record after so many rounds of training what is missing. */
function recordAfter(rounds: number): SelectionRecord {
  const rows: CandidateRow[] = [];
  for (let round = 0; round < rounds; round++) {
    const missing = surveySelection(study, rows).flatMap((report) => report.missing);
    for (const arm of new Map(missing.map((each) => [each.id, each])).values())
      for (const seed of study.seeds)
        if (!rows.some((row) => row.arm === arm.id && row.seed === seed)) rows.push(madeUp(arm, seed));
  }
  return selectionRecord(study, surveySelection(study, rows));
}

const record = recordAfter(20);
const of = ({ rows }: Table, stage: string) => rows.filter((row) => row["stage"] === stage);

describe("the selection table", () => {
  const table = selectionGridTable(record);

  test("has every value tried in each stage, as means over seeds, and its change of clean accuracy", () => {
    const as = of(table, "as");
    expect(as.map(({ value }) => value).slice(0, 3)).toEqual(["0.0001", "0.0003", "0.001"]);
    expect(as[0]!["clean_pct"]).toBeCloseTo(89.95, 9);
    expect(as[0]!["clean_change_pp"]).toBeCloseTo(-0.045, 9);
    expect(as[0]).toMatchObject({ base: "standard", varies: "alpha of L1", relative_rho: null });
    expect(of(table, "as-saq")[1]!["flip_pct"]).toBeCloseTo(64, 9);
  });

  test("marks what was chosen with the reason, and what was too dear", () => {
    expect(of(table, "as").map(({ outcome }) => outcome)).toEqual([
      "",
      "",
      "chosen: the largest value within the tolerance",
      "costs too much clean accuracy",
    ]);
    expect(of(table, "as-saq").map(({ value, outcome }) => [value, outcome])).toEqual([
      ["0.2", ""],
      ["0.4", "chosen: the highest accuracy under faults within the tolerance"],
      ["0.8", "costs too much clean accuracy"],
    ]);
    expect(of(table, "as-high").filter(({ outcome }) => String(outcome).startsWith("chosen")).length).toBe(1);
    expect(table.caption).toContain(
      "as: the largest value that costs at most 1 pp of it. as-high: the value nearest to 85 ± 2 % zero codes.",
    );
    expect(table.caption).not.toContain("not finished");
  });

  test("says what a stage waits for, and that the selection is not finished", () => {
    const { rows, caption } = selectionGridTable(recordAfter(1));
    expect(rows.filter(({ value }) => value === "").map(({ outcome }) => outcome)).toEqual([
      "networks are missing",
      "networks are missing",
      "waits for as",
    ]);
    expect(caption).toContain("The selection is not finished.");
  });

  test("begins each stage with its reference, and keeps what was tried beside the grid, with why it is not in it", () => {
    const measured = (id: string, sparsification: Arm["sparsification"], gradient: Arm["gradient"]) =>
      study.seeds.map((seed) => madeUp({ id, sparsification, gradient }, seed));
    const l1 = { kind: "l1", alpha: 1e-3 } as const;
    const saq = { rule: "saq", rho: 1.6 } as const;
    const [beside] = measured("standard-l1-0p001-saq-1p6", l1, saq);
    const candidates = [
      ...measured("standard", { kind: "none" }, { rule: "conventional" }),
      ...measured("standard-l1-0p001", l1, { rule: "conventional" }),
      {
        ...beside!,
        failure: "the clip of fc2 has collapsed",
        clean: null,
        sparsity: null,
        underFaults: null,
      },
    ];
    const full = selectionGridTable(record, candidates);
    expect(of(full, "as")[0]).toMatchObject({ value: "none", outcome: "the reference" });
    expect(of(full, "as")[0]!["clean_pct"]).toBeCloseTo(89.995, 9);
    expect(of(full, "as-saq").map(({ value }) => value)).toEqual(["none", "0.2", "0.4", "0.8", "1.6"]);
    expect(of(full, "as-saq")[0]!["clean_pct"]).toBeCloseTo(89.5, 9);
    expect(of(full, "as-saq").at(-1)).toMatchObject({
      clean_pct: null,
      clean_change_pp: null,
      outcome: "tried with seed 100 only, not asked for by the rule: the clip of fc2 has collapsed",
    });
  });

  test("says where a training failed", () => {
    const failing = structuredClone(record) as unknown as {
      stages: { tried: { failed: boolean; clean: null; networks: CandidateRow[] }[] }[];
    };
    const [tried] = failing.stages[0]!.tried;
    Object.assign(tried!, { failed: true, clean: null });
    Object.assign(tried!.networks[1]!, { failure: "no longer finite", clean: null });
    const [first] = of(selectionGridTable(failing as unknown as SelectionRecord), "as");
    expect(first).toMatchObject({
      clean_pct: null,
      clean_change_pp: null,
      outcome: "a training failed: no longer finite",
    });
  });
});

describe("the selection figure", () => {
  interface Trace {
    mode: string;
    name: string;
    xaxis?: string;
    x: number[];
    y: number[];
  }
  const lines = ({ data }: Figure) =>
    (data as Trace[]).filter(({ mode, xaxis }) => mode === "lines+markers" && xaxis);
  const figure = selectionFigure(record);

  test("has a panel per stage with the means, and the sparsity where it decides", () => {
    expect(lines(figure).map(({ name, xaxis }) => [name, xaxis])).toEqual([
      ["no faults", "x"],
      ["under faults", "x"],
      ["no faults", "x2"],
      ["under faults", "x2"],
      ["zero codes", "x2"],
      ["no faults", "x3"],
      ["under faults", "x3"],
    ]);
    expect(lines(figure).at(-1)!.x).toEqual([0.2, 0.4, 0.8]);
    expect(
      lines(figure)
        .at(-1)!
        .y.map((y) => y.toFixed(6)),
    ).toEqual(["72.000000", "74.000000", "72.000000"]);
  });

  test("marks the value chosen and what the rule asks for", () => {
    const shapes = figure.layout["shapes"] as {
      type: string;
      xref: string;
      x0: number;
      x1: number;
      y0: number;
    }[];
    const bands = shapes.filter(({ type }) => type === "rect");
    expect(bands.length).toBe(3);
    expect(Math.sqrt(bands[2]!.x0 * bands[2]!.x1)).toBeCloseTo(0.4, 9);
    const levels = shapes.filter(({ type }) => type === "line").map(({ y0 }) => y0);
    expect(levels[0]).toBeCloseTo(88.995, 9); // 1 pp below alpha = 0
    expect(levels[1]).toBe(85);
  });

  test("has nothing as long as no stage is complete", () => {
    const none = selectionFigure(recordAfter(0));
    expect(none.data).toEqual([]);
    expect(JSON.stringify(none.layout["annotations"])).toContain("no stage is complete yet");
  });

  test("snapshot, rounded to 3 decimals", async () => {
    const rounded = JSON.parse(JSON.stringify(figure), (_, v) =>
      typeof v === "number" ? Math.round(v * 1000) / 1000 : v,
    );
    await expect(`${JSON.stringify(rounded, null, 1)}\n`).toMatchFileSnapshot(
      "snapshots/selection.json.snap",
    );
  });
});
