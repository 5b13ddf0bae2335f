import type { StageReport } from "../../experiments/selection/select.js";
import type { Study } from "../../experiments/study/study.js";
import type { Table } from "../forms/table.js";

/** One line per value and seed of each stage whose networks are all there: `selection.csv`. */
export function selectionTable(
  { campaign: { faults } }: Pick<Study, "campaign">,
  reports: readonly StageReport[],
): Table {
  const rows = reports.flatMap(({ stage, choice, tried }) =>
    tried.flatMap(({ value, rows }) =>
      rows.map((row) => ({
        stage: stage.id,
        base: stage.base,
        varies: stage.varies,
        value,
        chosen: value === choice ? "yes" : "no",
        arm: row.arm,
        seed: row.seed,
        clean_pct: percent(row.clean),
        sparsity_pct: percent(row.sparsity),
        under_faults_pct: percent(row.underFaults),
        ...Object.fromEntries(faults.map((fault) => [`${fault}_pct`, percent(row.byFault?.[fault] ?? null)])),
        clip_ratio: row.clipRatio,
        relative_rho: row.relativeRho,
        failure: row.failure ?? "",
      })),
    ),
  );
  const keys = [...BEFORE, ...faults.map((fault) => `${fault}_pct`), ...AFTER];
  const columns = keys.map((key) => ({ key, title: key, align: "right" as const }));
  return { title: "Selection on validation images", caption: "", columns, rows };
}

const BEFORE = [
  ...["stage", "base", "varies", "value", "chosen", "arm", "seed"],
  ...["clean_pct", "sparsity_pct", "under_faults_pct"],
];
const AFTER = ["clip_ratio", "relative_rho", "failure"];

function percent(share: number | null): number | null {
  return share === null ? null : 100 * share;
}
