import { type Ablation, ablated, ablationsOf, replacedBySparsity } from "../../analysis/ablations.js";
import { accuraciesOf, seedsOf } from "../../analysis/accuracies.js";
import { claimsOf, judge } from "../../analysis/claims.js";
import { cellsOf, effectBetween, faultRows } from "../../analysis/paired-differences.js";
import { isExploratory, type Results } from "../../experiments/results/rows.js";
import type { ArmPair } from "../../experiments/study/judgement.js";
import type { Cell, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { intervalCells, intervalColumn, present } from "../style/cells.js";
import { allTitle, captionOf } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import { measuredArms } from "../style/measured-arms.js";
import { list } from "../style/phrases.js";
import { differenceTitle } from "./claims-table.js";

/**
 * The effects of the claims with one choice made otherwise: another range rule, other bits, another sparsity
 * (docs/protocol.md section 4), below those of the study as it is.
 */
export function ablationsTable(results: Results): Table {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const { study } = results;
  const faults = faultRows(results);
  const own = claimsOf(results).filter(({ variant }) => !variant); // those that ablations change
  const row = (change: string, claim: string, pair: ArmPair): Record<string, Cell> => {
    const effects = faults.map((fault) => effectBetween(accuracies, pair, cellsOf(results, fault)));
    const all = effects[0]!;
    const { verdict, reason } =
      "missing" in all
        ? { verdict: "withheld", reason: all.missing }
        : judge(all, all.basis, isExploratory(study));
    return {
      change,
      claim,
      comparison: differenceTitle(styles, pair.better, pair.worse),
      seeds: Math.min(seedsOf(study, pair.better).length, seedsOf(study, pair.worse).length),
      ...Object.assign(
        {},
        ...faults.map((fault, i) => intervalCells(`effect_pp_${fault}`, present(effects[i]!))),
      ),
      verdict: reason === "" ? verdict : `withheld: ${reason}`,
    };
  };
  const ablations = ablationsOf(results);
  const rowsOf = (ablation: Ablation) =>
    own.flatMap((claim) => {
      const pair = ablated(results, ablation, claim);
      return pair ? [row(ablation.title, claim.id, pair)] : [];
    });
  const rows = [...own.map((claim) => row("none", claim.id, claim)), ...ablations.flatMap(rowsOf)];
  return {
    title: "Claims under ablations",
    caption: captionOf(
      results,
      "Each row has the conditions of the study but for its change, and its own number of seeds. Effect: mean paired",
      "difference in accuracy over all rates above 0, with its 95 % interval; positive supports the claim.",
      ...placesOf(results, ablations),
      "Secondary: the verdicts on the claims are those without a change.",
      measuredArms(results, "ablation").note,
    ),
    columns: [
      { key: "change", title: "change", align: "left" },
      { key: "claim", title: "claim", align: "left" },
      { key: "comparison", title: "difference in accuracy", align: "left", detail: true },
      { key: "seeds", title: "seeds", align: "right", decimals: 0, spare: 1 },
      ...faults.map((fault, i) =>
        intervalColumn(`effect_pp_${fault}`, i === 0 ? allTitle(results) : faultStyle(fault).title, "pp"),
      ),
      { key: "verdict", title: "verdict", align: "left", detail: true },
    ],
    rows: ablations.length === 0 ? [] : rows,
  };
}

/** Which networks stand in the place of which. */
function placesOf(results: Results, ablations: readonly Ablation[]): string[] {
  const styles = armStyles(results);
  const others = ablations.filter(({ ofSparsity }) => ofSparsity);
  const base = replacedBySparsity(results);
  if (base === undefined) return [];
  const verb = others.length === 1 ? "stands" : "stand";
  return [`${list(others.map(({ title }) => title))} ${verb} in the place of ${styles(base).title}.`];
}
