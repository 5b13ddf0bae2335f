import { describe, expect, it } from "vitest";
import { selectionTable } from "../../../src/exhibits/tables/selection-csv.js";
import {
  armsOfSelection,
  type CandidateRow,
  surveySelection,
} from "../../../src/experiments/selection/select.js";
import { selectionRecord } from "../../../src/experiments/selection/select-results.js";
import { findStudy, type Study } from "../../../src/studies/index.js";

const published = findStudy("lenet5-fashion", "selection");

/** A selection in which everything is known beforehand: alpha costs accuracy, rho helps up to 0.2. */
const study: Study = {
  ...published,
  selection: {
    ...published.selection!,
    extensions: 2,
    stages: [
      { id: "as", base: "standard", varies: "l1", grid: [1e-4, 1e-3], factor: 10, rule: "clean" },
      { id: "as-saq", base: "as", varies: "saq", grid: [0.05, 0.1], factor: 2, rule: "faults" },
    ],
  },
};
type Measured = Partial<Pick<CandidateRow, "clean" | "sparsity" | "underFaults" | "failure">>;
function row(arm: string, seed: number, measured: Measured): CandidateRow {
  const none = { byFault: null, clipRatio: null, weightNorm: null, relativeRho: null };
  return {
    arm,
    seed,
    config: "c",
    failure: null,
    clean: 0.9,
    sparsity: 0.5,
    underFaults: 0.5,
    ...none,
    ...measured,
  };
}
const both = (arm: string, measured: Measured = {}) =>
  study.seeds.map((seed) => row(arm, seed, { ...measured, underFaults: measured.underFaults ?? 0.5 }));

/** Adds what is missing until nothing is. */
function finish(measure: (arm: string) => Measured) {
  let rows: CandidateRow[] = [];
  for (let rounds = 0; rounds < 20; rounds++) {
    const missing = surveySelection(study, rows).flatMap((report) => report.missing);
    if (missing.length === 0) return { rows, rounds, reports: surveySelection(study, rows) };
    const known = new Set(rows.map(({ arm }) => arm));
    const wanted = [...new Set(missing.map(({ id }) => id))].filter((id) => !known.has(id));
    rows = [...rows, ...wanted.flatMap((id) => both(id, measure(id)))];
  }
  throw new Error("no end");
}
const numberIn = (arm: string) => Number(arm.split("-").at(-1)!.replace("p", "."));

describe("a selection", () => {
  it("begins with the base arm and the first grid; a stage waits for the one it builds on", () => {
    const [as, saq] = surveySelection(study, []);
    expect(as!.missing.map(({ id }) => id)).toEqual(["standard", "standard-l1-0p0001", "standard-l1-0p001"]);
    expect(saq).toMatchObject({ missing: [], settled: false, why: "waits for as" });
  });

  it("of one seed is not enough for a choice", () => {
    const rows = armsOfSelection(study, []).map(({ id }) => row(id, study.seeds[0]!, {}));
    expect(surveySelection(study, rows)[0]).toMatchObject({ settled: false, choice: null });
  });

  it("extends grids, builds on what it chose, and ends with a value in the inside of its grid", () => {
    const { reports } = finish((arm) => {
      if (arm.includes("saq")) return { underFaults: 0.6 - Math.abs(Math.log2(numberIn(arm) / 0.2)) / 10 };
      return { clean: arm === "standard" || numberIn(arm) < 5e-3 ? 0.9 : 0.5 };
    });
    expect(reports.map(({ choice, settled }) => [choice, settled])).toEqual([
      [1e-3, true],
      [0.2, true],
    ]);
    expect(reports[0]!.tried.map(({ value }) => value)).toEqual([1e-4, 1e-3, 1e-2]);
    expect(reports[1]!.tried.map(({ value, arm }) => [value, arm.id])).toEqual([
      [0.05, "standard-l1-0p001-saq-0p05"],
      [0.1, "standard-l1-0p001-saq-0p1"],
      [0.2, "standard-l1-0p001-saq-0p2"],
      [0.4, "standard-l1-0p001-saq-0p4"],
    ]);
    expect(reports[1]!.tried.every(({ arm }) => arm.sparsification.kind === "l1")).toBe(true);
  });

  it("adds no more values than it may, and says so", () => {
    const { reports } = finish((arm) => ({ underFaults: arm.includes("saq") ? numberIn(arm) : 0.5 }));
    expect(reports[1]!.tried.map(({ value }) => value)).toEqual([0.05, 0.1, 0.2, 0.4]);
    expect(reports[1]).toMatchObject({ choice: 0.4, settled: true });
    expect(reports[1]!.why).toContain("2 values were added already");
  });

  it("whose base failed chooses nothing, nor does what builds on it; all of it stands in the results", () => {
    const { reports } = finish(() => ({ failure: "the loss is no longer finite", clean: null }));
    expect(reports.map(({ settled, choice }) => [settled, choice])).toEqual([
      [true, null],
      [true, null],
    ]);
    expect(reports[1]!.why).toContain("nothing was chosen for as");
    expect(selectionRecord(study, reports)).toMatchObject({
      finished: true,
      choices: { as: null, "as-saq": null },
    });
    expect(selectionTable(study, reports).rows.map(({ failure }) => failure)).toEqual(
      Array(4).fill("the loss is no longer finite"),
    );
  });

  it("records every value, seed by seed, and which one was chosen", () => {
    const { reports, rows } = finish((arm) => ({
      clean: numberIn(arm) < 1e-3 || arm === "standard" ? 0.9 : 0.5,
    }));
    const table = selectionTable(study, reports);
    expect(
      table.rows.filter(({ stage }) => stage === "as").map(({ value, chosen }) => [value, chosen]),
    ).toEqual([
      [1e-4, "yes"],
      [1e-4, "yes"],
      [1e-3, "no"],
      [1e-3, "no"],
    ]);
    expect(new Set(table.rows.map(({ arm }) => arm)).size).toBe(new Set(rows.map(({ arm }) => arm)).size - 1);
  });
});

describe("the published selection", () => {
  it("has seeds that no published campaign has, validation images, and maps of its own family", () => {
    const full = findStudy("lenet5-fashion", "full");
    expect(published.seeds.filter((seed) => full.seeds.includes(seed))).toEqual([]);
    expect(published).toMatchObject({
      exploratory: true,
      campaign: { split: "validation", images: null, rates: [0.02], maps: 10 },
      float: full.float,
      quantized: full.quantized,
      trainingImages: null,
    });
  });

  it("covers every parameter of the full profile's arms and controls by a stage of that arm's name", () => {
    const full = findStudy("lenet5-fashion", "full");
    const ids = full.arms.map(({ id }) => id);
    for (const { id } of published.selection!.stages) expect(ids).toContain(id);
  });
});
