import { associations } from "../../analysis/associations.js";
import type { SharpnessRow } from "../../analysis/sharpness-rows.js";
import { requireCount, requireOptions } from "../../base/options.js";
import type { Results } from "../../experiments/results/rows.js";
import type { Cell, Table } from "../forms/table.js";
import { intervalCells, intervalColumn } from "../style/cells.js";
import { captionOf, plural } from "../style/conditions.js";

/**
 * Rank correlation of each measure with the drop in accuracy under faults, over networks, and given clip/sd and accuracy
 * without faults; intervals by resampling seeds as clusters (docs/protocol.md section 6).
 * @param options.resamples of the bootstrap, default 1000
 */
export function associationTable(
  results: Results,
  rows: readonly SharpnessRow[],
  options: { readonly resamples?: number | undefined } = {},
): Table {
  const { resamples = 1000 } = requireOptions("associationTable", options, { resamples: true });
  requireCount("resamples", resamples);
  const arms = new Set(rows.map(({ arm }) => arm)).size;
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  return {
    title: "Association with the drop in accuracy under faults",
    caption: captionOf(
      results,
      `Over ${plural(rows.length, "network")}: ${plural(arms, "arm")}, ${plural(seeds, "seed")}.`,
      "Spearman's rank correlation of each measure with accuracy without faults less mean accuracy over all fault types, rates",
      "above 0 and maps; positive: sharper networks lose more. Given clip/sd and accuracy: partial rank correlation, which needs 5",
      "networks (clip/sd given accuracy alone, and the other way round). Intervals: 95 %, seeds resampled as clusters; with few seeds",
      "too narrow, with one none. By arm: the same correlation, arms resampled, since networks of one arm are alike. Within arms: mean",
      "correlation among the networks of one arm, which differ by their seed alone. Fault sharpness is nearly the drop itself, on other images and maps.",
    ),
    columns: [
      { key: "measure", title: "id", align: "left", csvOnly: true },
      { key: "measure_title", title: "measure", align: "left" },
      intervalColumn("correlation", "rank correlation", ""),
      intervalColumn("by_arm", "by arm", "", { spare: 2 }),
      intervalColumn("within", "within arms", "", { spare: 3 }),
      intervalColumn("partial", "given clip/sd and accuracy", ""),
      { key: "networks", title: "networks", align: "right", decimals: 0, spare: 1 },
    ],
    rows:
      rows.length === 0
        ? []
        : associations(results, rows, { resamples }).map(
            ({ id, title, correlation, byArm, within, partial, networks }): Record<string, Cell> => ({
              measure: id,
              measure_title: title,
              ...intervalCells("correlation", correlation),
              ...intervalCells("by_arm", byArm),
              ...intervalCells("within", within),
              ...intervalCells("partial", partial),
              networks,
            }),
          ),
  };
}
