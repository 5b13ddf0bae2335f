import { type Ablation, ablated, ablationsOf } from "../../analysis/ablations.js";
import { accuraciesOf, seedsOf } from "../../analysis/accuracies.js";
import { CLAIMS, judge } from "../../analysis/claims.js";
import { type ArmPair, CLAIM_FAULTS, effectBetween, faultsOf } from "../../analysis/paired-differences.js";
import type { Results } from "../../experiments/results/rows.js";
import type { Cell, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { intervalCells, intervalColumn, present } from "../style/cells.js";
import { captionOf } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import { measuredArms } from "../style/measured-arms.js";
import { differenceTitle } from "./claims-table.js";

/** The claims on the study's own arms: those that ablations change. */
const OWN_CLAIMS = CLAIMS.filter(({ worse }) => worse !== "as-high");
const FAULTS = ["all", ...CLAIM_FAULTS];

/**
 * The effects of claims C1, C3a, C3b and C4 with one choice made otherwise: another range rule, other bits, another sparsity
 * (docs/protocol.md section 4), below those of the study as it is.
 */
export function ablationsTable(results: Results): Table {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const row = (change: string, claim: string, pair: ArmPair): Record<string, Cell> => {
    const effects = FAULTS.map((fault) =>
      effectBetween(accuracies, pair, { faults: faultsOf(fault), rates: results.rates }),
    );
    const all = effects[0]!;
    const { verdict, reason } =
      "missing" in all
        ? { verdict: "withheld", reason: all.missing }
        : judge(all, all.basis, results.exploratory);
    return {
      change,
      claim,
      comparison: differenceTitle(styles, pair.better, pair.worse),
      seeds: Math.min(seedsOf(results, pair.better).length, seedsOf(results, pair.worse).length),
      ...Object.assign(
        {},
        ...FAULTS.map((fault, i) => intervalCells(`effect_pp_${fault}`, present(effects[i]!))),
      ),
      verdict: reason === "" ? verdict : `withheld: ${reason}`,
    };
  };
  const ablations = ablationsOf(results);
  const rowsOf = (ablation: Ablation) =>
    OWN_CLAIMS.flatMap((claim) => {
      const pair = ablated(ablation, claim);
      return pair ? [row(ablation.title, claim.id, pair)] : [];
    });
  const rows = [...OWN_CLAIMS.map((claim) => row("none", claim.id, claim)), ...ablations.flatMap(rowsOf)];
  return {
    title: "Claims under ablations",
    caption: captionOf(
      results,
      "Each row has the conditions of the study but for its change, and its own number of seeds. Effect: mean paired",
      "difference in accuracy over all rates above 0, with its 95 % interval; positive supports the claim. AS-middle and",
      "AS-high stand in the place of AS. Secondary: the verdicts on the claims are those without a change.",
      measuredArms(results, "ablation").note,
    ),
    columns: [
      { key: "change", title: "change", align: "left" },
      { key: "claim", title: "claim", align: "left" },
      { key: "comparison", title: "difference in accuracy", align: "left", detail: true },
      { key: "seeds", title: "seeds", align: "right", decimals: 0, spare: 1 },
      ...FAULTS.map((fault) =>
        intervalColumn(`effect_pp_${fault}`, fault === "all" ? "all three" : faultStyle(fault).title, "pp"),
      ),
      { key: "verdict", title: "verdict", align: "left", detail: true },
    ],
    rows: ablations.length === 0 ? [] : rows,
  };
}
