import { UserError } from "../../base/errors.js";
import { knobNamed } from "../study/knobs.js";
import { armWith } from "../study/selection.js";
import type { SelectionSettings, SelectionStage } from "../study/selection-settings.js";
import type { Arm, Study } from "../study/study.js";
import { chooseAlpha, chooseRho, chooseSparsity, type Decision, type TriedValue } from "./rules.js";

/** What was measured on one network that selection trained, on validation images. */
export interface CandidateRow {
  readonly arm: string;
  readonly seed: number;
  /** Hash of every setting that decides the network. */
  readonly config: string;
  /** Why its training failed; null if it did not. Then everything below is null. */
  readonly failure: string | null;
  /** Share of images classified correctly without faults. */
  readonly clean: number | null;
  /** Share of zero codes. */
  readonly sparsity: number | null;
  /** The same share of images under each fault type, mean over maps and rates; and the mean over fault types. */
  readonly byFault: Readonly<Record<string, number>> | null;
  readonly underFaults: number | null;
  /** Weight clip over standard deviation, over all layers. */
  readonly clipRatio: number | null;
  /** ||Q(w)||_2, and rho relative to it; null for an arm without rho. */
  readonly weightNorm: number | null;
  readonly relativeRho: number | null;
}

/** A value of a stage's grid with its arm, its networks and their means. */
interface Candidate extends TriedValue {
  readonly arm: Arm;
  readonly rows: readonly CandidateRow[];
}

/** How far a stage is. */
export interface StageReport {
  readonly stage: SelectionStage;
  /** Accuracy without faults of the base arm, mean over seeds; NaN as long as it is not known. */
  readonly reference: number;
  /** Everything tried, ascending. Empty as long as networks are missing. */
  readonly tried: readonly Candidate[];
  /** Arms, the base arm among them, of which a network of some seed is missing. */
  readonly missing: readonly Arm[];
  /** No network is missing and the rule asks for none. */
  readonly settled: boolean;
  /** The value chosen; null if none is, or not yet. */
  readonly choice: number | null;
  readonly why: string;
}

/** The selection settings of a study. @throws UserError if it has none */
export function selectionOf({ selection, name, profile }: Study): SelectionSettings {
  if (selection) return selection;
  throw new UserError(
    `profile ${profile} of ${name} selects nothing: it has no selection settings. Use --profile selection`,
  );
}

/**
 * Replays a selection from the networks that there are: what each stage tried, what it chose, and what it lacks. Pure, so
 * that an interrupted selection goes on, and a finished one is checked, by the same function.
 */
export function surveySelection(study: Study, rows: readonly CandidateRow[]): StageReport[] {
  const settings = selectionOf(study);
  const chosen = new Map<string, Arm | null>(study.arms.map((arm) => [arm.id, arm]));
  const reports: StageReport[] = [];
  for (const stage of settings.stages) {
    const base = chosen.get(stage.base);
    const report = base ? surveyStage(study, settings, stage, base, rows) : unreachable(stage, base === null);
    reports.push(report);
    if (report.settled)
      chosen.set(
        stage.id,
        base && report.choice !== null ? armWith(base, stage.varies, report.choice) : null,
      );
  }
  return reports;
}

/** All arms that a selection is known to need, finished ones included, each once. */
export function armsOfSelection(study: Study, rows: readonly CandidateRow[]): readonly Arm[] {
  const arms = surveySelection(study, rows).flatMap(({ tried, missing }) => [
    ...tried.map(({ arm }) => arm),
    ...missing,
  ]);
  return [...new Map([...study.arms, ...arms].map((arm) => [arm.id, arm])).values()];
}

/** A stage whose base is not chosen yet, or never will be. */
function unreachable(stage: SelectionStage, never: boolean): StageReport {
  const why = never ? `nothing was chosen for ${stage.base}, on which it builds` : `waits for ${stage.base}`;
  return { stage, reference: Number.NaN, tried: [], missing: [], settled: never, choice: null, why };
}

function surveyStage(
  study: Study,
  settings: SelectionSettings,
  stage: SelectionStage,
  base: Arm,
  rows: readonly CandidateRow[],
): StageReport {
  const rowsOf = ({ id }: Arm) =>
    study.seeds.flatMap((seed) => rows.find((row) => row.arm === id && row.seed === seed) ?? []);
  const complete = (arm: Arm) => rowsOf(arm).length === study.seeds.length;
  const values = [...stage.grid];
  const reference = meanOf(rowsOf(base), ({ clean }) => clean);
  for (let extensions = 0; ; extensions++) {
    const arms = values.map((value) => armWith(base, stage.varies, value));
    const missing = [base, ...arms].filter((arm) => !complete(arm));
    if (missing.length > 0)
      return {
        stage,
        reference,
        tried: [],
        missing,
        settled: false,
        choice: null,
        why: "networks are missing",
      };
    const tried = values.map((value, i) => candidate(value, arms[i]!, rowsOf(arms[i]!)));
    const decision = decide(settings, stage, tried, reference);
    if (decision.next === null || extensions === settings.extensions) {
      const { best, next } = decision;
      const why =
        next === null ? decision.why : `${decision.why}, and ${extensions} values were added already`;
      return { stage, reference, tried, missing: [], settled: true, choice: best, why };
    }
    values.push(decision.next);
    values.sort((a, b) => a - b);
  }
}

function candidate(value: number, arm: Arm, rows: readonly CandidateRow[]): Candidate {
  return {
    value,
    arm,
    rows,
    failed: rows.some(({ failure }) => failure !== null),
    clean: meanOf(rows, ({ clean }) => clean),
    sparsity: meanOf(rows, ({ sparsity }) => sparsity),
    underFaults: meanOf(rows, ({ underFaults }) => underFaults),
  };
}

function decide(
  { tolerance, sparsity }: SelectionSettings,
  { rule, factor, varies }: SelectionStage,
  tried: readonly TriedValue[],
  reference: number,
): Decision {
  if (rule === "sparsity") return chooseSparsity(tried, { ...sparsity, factor });
  // without a network of the base arm there is nothing to compare with
  if (Number.isNaN(reference)) return { best: null, next: null, why: "the training of the base arm failed" };
  if (rule === "clean") return chooseAlpha(tried, { reference, tolerance, factor });
  return chooseRho(tried, { reference, tolerance, factor, gentlerBelow: knobNamed(varies).isGentlerBelow });
}

/** The mean over seeds; NaN if a seed has no such number. */
function meanOf(rows: readonly CandidateRow[], read: (row: CandidateRow) => number | null): number {
  return rows.reduce((sum, row) => sum + (read(row) ?? Number.NaN), 0) / rows.length;
}
