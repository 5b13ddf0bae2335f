import { accuraciesOf } from "../../analysis/accuracies.js";
import { accuracyOf } from "../../analysis/comparison.js";
import { networkMeans } from "../../analysis/network-means.js";
import {
  ALL_FAULTS,
  cellsOf,
  effectBetween,
  faultRows,
  underFaults,
} from "../../analysis/paired-differences.js";
import { sameNetworkWithSaq } from "../../analysis/same-network.js";
import type { Results } from "../../experiments/results/rows.js";
import type { ArmPair } from "../../experiments/study/judgement.js";
import type { AccuracyEffect } from "../../statistics/index.js";
import type { Cell, Column, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { intervalCells, intervalColumn, present } from "../style/cells.js";
import { captionOf, inWords } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import { intervalNote } from "../style/interval-note.js";
import { measuredArms } from "../style/measured-arms.js";

/**
 * The controls (docs/protocol.md section 4), below the main arms that they are compared with: what they are without faults,
 * their accuracy under them, and its paired difference from their base arm. Controls on a network that is also trained with
 * SAQ are compared with that arm too: whether they do what SAQ does.
 */
export function controlsTable(results: Results): Table {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const settings = results.study.arms;
  const faults = faultRows(results); // the mean over the fault types first
  const { arms: controls, note } = measuredArms(results, "control");
  const bases = settings.filter(({ id }) => controls.some(({ base }) => base === id));
  const aware = controls.flatMap((control) => sameNetworkWithSaq(control, settings) ?? []);
  const references = settings.filter((arm) => bases.includes(arm) || aware.includes(arm));
  const effect = (pair: ArmPair, fault: string) =>
    present(effectBetween(accuracies, pair, cellsOf(results, fault)));

  const accuraciesShown: (AccuracyEffect | undefined)[] = [];
  const rows = [...references, ...controls].map((arm): Record<string, Cell> => {
    const { id: better, base: worse } = arm;
    const { seeds, accuracy, sparsity, clip } = networkMeans(results, better);
    const measured = faults.map((fault) => underFaults(accuracies, better, cellsOf(results, fault)));
    const under = measured.map(accuracyOf);
    accuraciesShown.push(...under);
    const saq = worse && sameNetworkWithSaq(arm, settings)?.id;
    const cells = faults.map((fault, i) => ({
      ...intervalCells(`accuracy_pct_${fault}`, under[i]),
      ...intervalCells(`effect_pp_${fault}`, worse ? effect({ better, worse }, fault) : undefined),
      ...intervalCells(`beside_saq_pp_${fault}`, saq ? effect({ better, worse: saq }, fault) : undefined),
    }));
    const missing = measured.flatMap((each) => ("missing" in each ? [each.missing] : []));
    return {
      arm: better,
      title: styles(better).title,
      base: worse === undefined ? "" : styles(worse).title,
      seeds,
      clean_pct: accuracy.mean,
      clean_sd_pp: accuracy.sd,
      sparsity_pct: sparsity.mean,
      sparsity_sd_pp: sparsity.sd,
      clip_ratio: clip.mean,
      clip_ratio_sd: clip.sd,
      ...Object.assign({}, ...cells),
      basis: missing[0] ?? under[0]!.basis,
    };
  });
  const perFault = (
    key: string,
    title: (fault: string) => string,
    unit: string,
    more: Partial<Column> = {},
  ) =>
    faults.map((fault) =>
      intervalColumn(
        `${key}_${fault}`,
        title(fault === ALL_FAULTS ? "" : `, ${faultStyle(fault).title}`),
        unit,
        { detail: fault !== ALL_FAULTS, ...more },
      ),
    );
  return {
    title: "Controls",
    caption: captionOf(
      results,
      "Mean ± standard deviation over training seeds of accuracy without faults, share of zero codes and clip/sd. Under",
      `faults: mean over all rates above 0, and over the ${inWords(faults.length - 1)} fault types where none is named. Effect: paired difference in`,
      "accuracy under faults from the base arm, by seed and map; beside SAQ: from the same network trained with SAQ, if there is one. 95 %",
      "intervals over seeds and maps.",
      intervalNote(accuraciesShown),
      note,
    ),
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "title", title: "arm", align: "left" },
      { key: "base", title: "base", align: "left", spare: 1 },
      { key: "seeds", title: "seeds", align: "right", decimals: 0, detail: true },
      { key: "clean_pct", title: "clean", unit: "%", align: "right", spread: "clean_sd_pp" },
      {
        key: "sparsity_pct",
        title: "sparsity",
        unit: "%",
        align: "right",
        spread: "sparsity_sd_pp",
        spare: 2,
        decimals: 1,
      },
      { key: "clip_ratio", title: "clip/sd", align: "right", spread: "clip_ratio_sd", spare: 3 },
      ...perFault("accuracy_pct", (fault) => `under faults${fault}`, "%"),
      ...perFault("effect_pp", (fault) => `effect${fault}`, "pp"),
      ...perFault("beside_saq_pp", (fault) => `beside SAQ${fault}`, "pp", { spare: 4 }),
      { key: "basis", title: "basis", align: "left", detail: true },
    ],
    rows: controls.length === 0 ? [] : rows,
  };
}
