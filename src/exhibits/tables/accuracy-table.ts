import { type Accuracies, accuraciesOf } from "../../analysis/accuracies.js";
import { accuracyOf } from "../../analysis/comparison.js";
import type { Results } from "../../experiments/results/rows.js";
import { mainArms } from "../../experiments/study/arms.js";
import type { AccuracyEffect } from "../../statistics/index.js";
import type { Cell, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { known } from "../style/cells.js";
import { captionOf } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import { intervalNote } from "../style/interval-note.js";

/**
 * Mean accuracy and its 95 % interval by arm, fault type and rate: the summary of a campaign, and its CSV. Controls and ablations
 * without a network are left out.
 */
export function accuracyTable(results: Results): Table {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const rows: Record<string, Cell>[] = [];
  const effects: (AccuracyEffect | undefined)[] = [];
  const trained = new Set(results.networks.map(({ arm }) => arm));
  const { study } = results;
  const { faults, rates } = study.campaign;
  const others = study.arms.filter(({ id, group }) => group && trained.has(id)).map(({ id }) => id);
  for (const arm of [...mainArms(study), ...others]) {
    const add = (fault: string, rate: number) =>
      rows.push({ arm, arm_title: styles(arm).title, ...row(accuracies, arm, fault, rate, effects) });
    add("none", 0);
    for (const fault of faults) for (const rate of rates) add(fault, rate);
  }
  return {
    title: "Accuracy under faults",
    caption: captionOf(
      results,
      "Rate: fault probability per stored weight bit. Interval of the mean: over seeds and maps where there are several",
      "of both; the column basis says which. Changed bits: share of the stored bits whose value the faults changed.",
      intervalNote(effects),
    ),
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "arm_title", title: "arm", align: "left" },
      { key: "fault", title: "fault id", align: "left", csvOnly: true },
      { key: "fault_title", title: "fault", align: "left" },
      { key: "rate", title: "rate", align: "right", decimals: 3, significant: 4 },
      {
        key: "accuracy_pct",
        title: "accuracy",
        unit: "%",
        align: "right",
        interval: { low: "low_pct", high: "high_pct" },
      },
      { key: "basis", title: "basis", align: "left", spare: 1 },
      { key: "seed_sd_pp", title: "sd of seeds", unit: "pp", align: "right", detail: true },
      { key: "map_sd_pp", title: "sd of maps", unit: "pp", align: "right", detail: true },
      {
        key: "changed_pct",
        title: "changed bits",
        unit: "%",
        align: "right",
        decimals: 3,
        significant: 1,
        detail: true,
      },
      { key: "seeds", title: "seeds", align: "right", decimals: 0, csvOnly: true },
      { key: "maps", title: "maps", align: "right", decimals: 0, csvOnly: true },
    ],
    rows,
  };
}

/** @param effects gets the row's */
function row(
  accuracies: Accuracies,
  arm: string,
  fault: string,
  rate: number,
  effects: (AccuracyEffect | undefined)[],
): Record<string, Cell> {
  const measured = rate === 0 ? accuracies.clean(arm) : accuracies.faulty(arm, fault, rate);
  const effect = accuracyOf(measured);
  effects.push(effect);
  return {
    fault,
    fault_title: faultStyle(fault).title,
    rate,
    accuracy_pct: known(effect?.mean),
    low_pct: known(effect?.low),
    high_pct: known(effect?.high),
    basis: effect?.basis ?? ("missing" in measured ? measured.missing : ""),
    seed_sd_pp: known(effect?.seedSd),
    map_sd_pp: known(effect?.mapSd),
    changed_pct: rate === 0 ? 0 : known(accuracies.changed(arm, fault, rate)),
    seeds: effect?.seeds ?? 0,
    maps: rate === 0 ? 0 : (effect?.maps ?? 0),
  };
}
