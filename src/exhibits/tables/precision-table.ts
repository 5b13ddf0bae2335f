import type { MeasuredCell } from "../../experiments/results/rows.js";
import type { Cell, Table } from "../forms/table.js";
import { styleById } from "../style/arms.js";
import { faultStyle } from "../style/fault-styles.js";

/**
 * What each cell of a campaign that stops when it is precise enough came to.
 * @param titles what arms are called, see `armStyles`; default: by their ids
 */
export function precisionTable(cells: readonly MeasuredCell[], titles = styleById): Table {
  return {
    title: "Accuracy under faults, to a given precision",
    caption:
      "95 % confidence sequence of the mean over fault maps (docs/protocol.md section 5); maps: how many it took. " +
      "Cells that are not precise enough had all the maps they may get. What of an interval lies beyond 0 or 100 is left out, where no " +
      "accuracy can be.",
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "arm_title", title: "arm", align: "left" },
      { key: "seed", title: "seed", align: "right", decimals: 0 },
      { key: "fault", title: "fault id", align: "left", csvOnly: true },
      { key: "fault_title", title: "fault", align: "left" },
      { key: "rate", title: "rate", align: "right", decimals: 3, significant: 4 },
      { key: "maps", title: "maps", align: "right", decimals: 0 },
      {
        key: "accuracy_pct",
        title: "accuracy",
        unit: "%",
        align: "right",
        interval: { low: "low_pct", high: "high_pct" },
      },
      { key: "half_width_pp", title: "±", unit: "pp", align: "right", spare: 1 },
      { key: "reached", title: "precise enough", align: "left" },
    ],
    rows: cells.map(({ arm, seed, fault, rate, maps, accuracy, halfWidth, reached }) => ({
      arm,
      arm_title: titles(arm).title,
      seed,
      fault,
      fault_title: faultStyle(fault).title,
      rate,
      maps,
      accuracy_pct: accuracy,
      ...within(accuracy, halfWidth),
      half_width_pp: Number.isFinite(halfWidth) ? halfWidth : null,
      reached: reached ? "yes" : "no",
    })),
  };
}

/** What is left of an interval within 0 and 100 holds the mean as often as the whole one. */
function within(mean: number, halfWidth: number): Record<string, Cell> {
  return { low_pct: Math.max(0, mean - halfWidth), high_pct: Math.min(100, mean + halfWidth) };
}
