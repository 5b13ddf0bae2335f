import type { Comparison } from "../../analysis/comparison.js";
import { mainArms } from "../../experiments/study/arms.js";
import type { Cell, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { intervalCells, intervalColumn } from "../style/cells.js";
import { faultStyle } from "../style/fault-styles.js";
import { intervalNote } from "../style/interval-note.js";

/**
 * A row per arm, fault type and rate, a column with intervals per category.
 * @param texts.quantity name of the columns in CSV, before the category; texts.unit of the quantity
 */
export function comparisonTable(
  { results, categories, measure, effect }: Comparison,
  texts: { title: string; caption: string; quantity: string; unit: string },
): Table {
  const { title, caption, quantity, unit } = texts;
  const key = (category: string) => `${quantity}_${category}`;
  const styles = armStyles(results);
  const { study } = results;
  const { faults, rates } = study.campaign;
  const shown = categories.length === 0 ? [] : mainArms(study);
  const effects: ReturnType<typeof effect>[] = [];
  const rows = shown.flatMap((arm) =>
    faults.flatMap((fault) =>
      rates.map((rate): Record<string, Cell> => {
        const all = categories.map((category) => measure(category, arm, fault, rate));
        const missing = all.flatMap((measured) => ("missing" in measured ? [measured.missing] : []));
        const own = all.map(effect);
        effects.push(...own);
        const cells = own.map((one, i) => intervalCells(key(categories[i]!), one));
        return {
          arm,
          arm_title: styles(arm).title,
          fault,
          fault_title: faultStyle(fault).title,
          rate,
          ...Object.assign({}, ...cells),
          basis: missing[0] ?? own[0]!.basis,
        };
      }),
    ),
  );
  return {
    title,
    caption: [caption, intervalNote(effects)].filter((text) => text !== "").join(" "),
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "arm_title", title: "arm", align: "left" },
      { key: "fault", title: "fault id", align: "left", csvOnly: true },
      { key: "fault_title", title: "fault", align: "left" },
      { key: "rate", title: "rate", align: "right", decimals: 3, significant: 4 },
      ...categories.map((category) => intervalColumn(key(category), category, unit)),
      { key: "basis", title: "basis", align: "left", detail: true },
    ],
    rows,
  };
}
