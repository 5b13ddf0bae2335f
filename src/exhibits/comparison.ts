import type { Results } from "../results/rows.js";
import { type PairedEffect, pairedEffect } from "../statistics/index.js";
import type { ExtraCampaign } from "../studies/study.js";
import type { Measured } from "./accuracies.js";
import { armStyles } from "./arms.js";
import { intervalCells, intervalColumn } from "./cells.js";
import { faultStyle } from "./fault-styles.js";
import type { Cell, Table } from "./table.js";

/** A quantity by arm, fault type and rate, side by side in several categories: encodings, or layers. */
export interface Comparison {
  /** Arms, fault types and rates to be shown, and the conditions under which they were measured. */
  readonly results: Results;
  /** In display order; none if the study has no such campaign. */
  readonly categories: readonly string[];
  /** The quantity by [seed][map]. */
  readonly measure: (category: string, arm: string, fault: string, rate: number) => Measured;
}

/** Extra campaigns read as a study of their own: each with its arms, seeds, fault types, rates, maps and encoding. */
export function resultsOfExtra(results: Results, extra: ExtraCampaign): Results {
  const { id: _, layers: __, seeds, arms = results.arms, ...changes } = extra;
  return {
    ...results,
    ...changes,
    arms: results.arms.filter((arm) => arms.includes(arm)),
    seeds: results.seeds.slice(0, seeds),
  };
}

/** Mean and interval of a quantity; undefined if it has not been measured completely. */
export function effectOf(measured: Measured): PairedEffect | undefined {
  return "missing" in measured ? undefined : pairedEffect(measured.values);
}

/**
 * A row per arm, fault type and rate, a column with intervals per category.
 * @param texts.quantity name of the columns in CSV, before the category; texts.unit of the quantity
 */
export function comparisonTable(
  { results, categories, measure }: Comparison,
  texts: { title: string; caption: string; quantity: string; unit: string },
): Table {
  const { title, caption, quantity, unit } = texts;
  const key = (category: string) => `${quantity}_${category}`;
  const styles = armStyles(results);
  const shown = categories.length === 0 ? [] : results.arms;
  const rows = shown.flatMap((arm) =>
    results.faults.flatMap((fault) =>
      results.rates.map((rate): Record<string, Cell> => {
        const all = categories.map((category) => measure(category, arm, fault, rate));
        const missing = all.flatMap((measured) => ("missing" in measured ? [measured.missing] : []));
        const cells = all.map((measured, i) => intervalCells(key(categories[i]!), effectOf(measured)));
        return {
          arm,
          arm_title: styles(arm).title,
          fault,
          fault_title: faultStyle(fault).title,
          rate,
          ...Object.assign({}, ...cells),
          basis: missing[0] ?? effectOf(all[0]!)!.basis,
        };
      }),
    ),
  );
  return {
    title,
    caption,
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "arm_title", title: "arm", align: "left" },
      { key: "fault", title: "fault id", align: "left", csvOnly: true },
      { key: "fault_title", title: "fault", align: "left" },
      { key: "rate", title: "rate", align: "right", decimals: 3 },
      ...categories.map((category) => intervalColumn(key(category), category, unit)),
      { key: "basis", title: "basis", align: "left", detail: true },
    ],
    rows,
  };
}
