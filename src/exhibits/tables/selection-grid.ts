import { percentOf } from "../../base/percent.js";
import type { CandidateRow } from "../../experiments/selection/select.js";
import type {
  SelectionRecord,
  StageRecord,
  TriedRecord,
} from "../../experiments/selection/select-results.js";
import { knobNamed } from "../../experiments/study/knobs.js";
import { mean } from "../../statistics/index.js";
import type { Cell, Table } from "../forms/table.js";
import { plural } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import { list } from "../style/phrases.js";

/**
 * What a selection tried in each stage, what it chose, and why (docs/protocol.md section 5): means over its seeds.
 * @param candidates every network that it measured; of them come the base arm of each stage, which is its reference, and the
 * values that its rule did not ask for in the end. Default: what the record has.
 */
export function selectionGridTable(record: SelectionRecord, candidates: readonly CandidateRow[] = []): Table {
  const { faults } = record.campaign;
  return {
    title: "Selection on validation images",
    caption: `${selectionConditions(record)}. ${explain(record)}`,
    columns: [
      { key: "stage", title: "stage", align: "left" },
      { key: "base", title: "base", align: "left", spare: 2 },
      { key: "varies", title: "varies", align: "left" },
      { key: "value", title: "value", align: "right" },
      { key: "clean_pct", title: "clean", unit: "%", align: "right" },
      { key: "clean_change_pp", title: "change", unit: "pp", align: "right", spare: 3 },
      { key: "sparsity_pct", title: "sparsity", unit: "%", align: "right", decimals: 1, spare: 1 },
      { key: "under_faults_pct", title: "under faults", unit: "%", align: "right" },
      ...faults.map((fault) => ({
        key: `${fault}_pct`,
        title: faultStyle(fault).title,
        unit: "%",
        align: "right" as const,
        detail: true,
      })),
      { key: "clip_ratio", title: "clip/sd", align: "right", detail: true },
      { key: "relative_rho", title: "rho/norm", align: "right", decimals: 3, detail: true },
      { key: "outcome", title: "outcome", align: "left" },
    ],
    rows: record.stages.flatMap((stage) =>
      stage.tried.length === 0
        ? [{ ...EMPTY, ...headOf(stage), ...noFaults(faults), outcome: stage.why }]
        : rowsOf(record, stage, candidates),
    ),
  };
}

/** The conditions of a selection, as one line for captions. */
export function selectionConditions({ study, profile, seeds, campaign }: SelectionRecord): string {
  const { split, maps, rates, encoding } = campaign;
  return [
    `${study}, profile ${profile}`,
    plural(seeds.length, "seed"),
    plural(maps, "fault map"),
    `${split} images`,
    `rate ${rates.join(", ")}`,
    `${encoding} weight codes`,
  ].join(" · ");
}

const EMPTY = {
  value: "",
  clean_pct: null,
  clean_change_pp: null,
  sparsity_pct: null,
  under_faults_pct: null,
  clip_ratio: null,
  relative_rho: null,
};

function noFaults(faults: readonly string[]): Record<string, null> {
  return Object.fromEntries(faults.map((fault) => [`${fault}_pct`, null]));
}

function headOf({ id, base, varies }: StageRecord) {
  return { stage: id, base, varies: knobNamed(varies).title };
}

/** The reference, the values of the grid, and those beside it. */
function rowsOf(record: SelectionRecord, stage: StageRecord, candidates: readonly CandidateRow[]) {
  const baseId = baseArmOf(record, stage);
  const reference = candidates.filter(({ arm }) => arm === baseId);
  const prefix = `${baseId}-${stage.varies}-`;
  const valueIn = (arm: string) =>
    arm.startsWith(prefix) ? Number(arm.slice(prefix.length).replace("p", ".")) : Number.NaN;
  const named = new Set(record.stages.flatMap(({ tried }) => tried.map(({ arm }) => arm)));
  const beside = candidates.filter(({ arm }) => !named.has(arm) && Number.isFinite(valueIn(arm)));
  const values = stage.tried.map((tried) => {
    const { value, networks } = tried;
    return {
      value,
      row: rowOf(record, stage, { value: String(value), networks, outcome: outcomeOf(record, stage, tried) }),
    };
  });
  const others = [...new Set(beside.map(({ arm }) => arm))].map((arm) => {
    const networks = beside.filter((row) => row.arm === arm);
    const value = valueIn(arm);
    return {
      value,
      row: rowOf(record, stage, { value: String(value), networks, outcome: besideTheGrid(networks) }),
    };
  });
  return [
    ...(reference.length > 0
      ? [rowOf(record, stage, { value: "none", networks: reference, outcome: "the reference" })]
      : []),
    ...[...values, ...others].sort((a, b) => a.value - b.value).map(({ row }) => row),
  ];
}

/** The id of the arm that a stage starts from: of the study, or what an earlier stage chose. */
function baseArmOf({ stages }: SelectionRecord, { base }: StageRecord): string {
  const earlier = stages.find(({ id }) => id === base);
  return earlier?.tried.find(({ value }) => value === earlier.choice)?.arm ?? base;
}

function besideTheGrid(networks: readonly CandidateRow[]): string {
  const seeds = list(networks.map(({ seed }) => String(seed)));
  const failures = networks.flatMap(({ failure }) => failure ?? []);
  return [`tried with seed ${seeds} only, not asked for by the rule`, ...failures].join(": ");
}

interface Shown {
  readonly value: string;
  readonly networks: readonly CandidateRow[];
  readonly outcome: string;
}

function rowOf(
  record: SelectionRecord,
  stage: StageRecord,
  { value, networks, outcome }: Shown,
): Record<string, Cell> {
  const over = (read: (row: CandidateRow) => number | null | undefined) => {
    const values = networks.map((row) => read(row) ?? Number.NaN);
    return Number.isNaN(mean(values)) ? null : mean(values);
  };
  const clean = over((row) => row.clean);
  const { referenceClean } = stage;
  return {
    ...headOf(stage),
    // as text: values of one column span three decades
    value,
    clean_pct: percent(clean),
    clean_change_pp: clean === null || referenceClean === null ? null : 100 * (clean - referenceClean),
    sparsity_pct: percent(over((row) => row.sparsity)),
    under_faults_pct: percent(over((row) => row.underFaults)),
    ...Object.fromEntries(
      record.campaign.faults.map((fault) => [`${fault}_pct`, percent(over((row) => row.byFault?.[fault]))]),
    ),
    clip_ratio: over((row) => row.clipRatio),
    relative_rho: over((row) => row.relativeRho),
    outcome,
  };
}

function outcomeOf(
  { tolerance }: SelectionRecord,
  stage: StageRecord,
  { value, failed, clean, networks }: TriedRecord,
) {
  if (value === stage.choice) return `chosen: ${stage.why}`;
  if (failed)
    return ["a training failed", ...new Set(networks.flatMap(({ failure }) => failure ?? []))].join(": ");
  const lost = (stage.referenceClean ?? Number.NaN) - (clean ?? Number.NaN);
  return stage.rule !== "sparsity" && lost > tolerance + 1e-9 ? "costs too much clean accuracy" : "";
}

function explain({ tolerance, sparsity, extensions, finished, stages }: SelectionRecord): string {
  const points = percentOf(tolerance);
  const target = `${percentOf(sparsity.target)} ± ${percentOf(sparsity.within)} %`;
  const idsOf = (rule: StageRecord["rule"]) =>
    stages.filter((stage) => stage.rule === rule).map(({ id }) => id);
  const says: Readonly<Record<StageRecord["rule"], string>> = {
    clean: `the largest value that costs at most ${points} pp of it`,
    sparsity: `the value nearest to ${target} zero codes`,
    faults: `the value most accurate under faults among those that cost at most ${points} pp`,
  };
  const rules = (["clean", "sparsity", "faults"] as const).flatMap((rule) => {
    const ids = idsOf(rule);
    return ids.length === 0 ? [] : [`${list(ids)}: ${says[rule]}.`];
  });
  return [
    "Means over seeds; under faults: mean over the fault types. Change: clean accuracy against the base arm.",
    ...rules,
    `A grid whose end is best is extended, by at most ${extensions} values.`,
    ...(finished ? [] : ["The selection is not finished."]),
  ].join(" ");
}

function percent(share: number | null): number | null {
  return share === null ? null : 100 * share;
}
