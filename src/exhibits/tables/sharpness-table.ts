import { judgedSharpness, pairedDifference } from "../../analysis/sharpness-claim.js";
import { measureIds, type SharpnessRow, valuesOf } from "../../analysis/sharpness-rows.js";
import type { Results } from "../../experiments/results/rows.js";
import { isShown, measureTitle } from "../../experiments/sharpness/measure-titles.js";
import { tInterval } from "../../statistics/t-interval.js";
import type { Cell, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { intervalCells, intervalColumn, known } from "../style/cells.js";
import { captionOf } from "../style/conditions.js";
import { differenceTitle, verdictText } from "./claims-table.js";

/** Every measure of every arm: mean over seeds and its spread (docs/protocol.md section 6). */
export function sharpnessTable(results: Results, rows: readonly SharpnessRow[]): Table {
  const styles = armStyles(results);
  const { sharpness } = results.judgement;
  const arms = [...new Set(rows.map(({ arm }) => arm))];
  return {
    title: "Sharpness",
    caption: captionOf(
      results,
      "Measured on training images at the quantized weights; mean ± standard deviation over training seeds (no spread with one",
      "seed); larger is sharper. Eigenvalues and traces in nats per squared unit of weight, all other measures in nats: rises of the loss.",
      ...(sharpness ? [`The primary measure is ${measureTitle(sharpness.measure)}.`] : []),
      "Fault sharpness is what faults cost on training images, nearly the thing to be explained itself.",
    ),
    columns: [
      { key: "measure", title: "id", align: "left", csvOnly: true },
      { key: "measure_title", title: "measure", align: "left" },
      { key: "arm", title: "arm id", align: "left", csvOnly: true },
      { key: "arm_title", title: "arm", align: "left" },
      { key: "value", title: "value", align: "right", decimals: 4, spread: "value_sd" },
      { key: "unit", title: "unit", align: "left", csvOnly: true },
      { key: "seeds", title: "seeds", align: "right", decimals: 0, spare: 2 },
    ],
    rows: measureIds(rows)
      .filter(isShown)
      .flatMap((measure) =>
        arms.flatMap((arm): Record<string, Cell>[] => {
          const values = [...valuesOf(rows, arm, measure).values()];
          if (values.length === 0) return [];
          const { mean, sd } = tInterval(values);
          return [
            {
              measure,
              measure_title: measureTitle(measure),
              arm,
              arm_title: styles(arm).title,
              value: mean,
              value_sd: known(sd),
              unit: rows.find((row) => row.measures.has(measure))!.measures.get(measure)!.unit,
              seeds: values.length,
            },
          ];
        }),
      ),
  };
}

/** Differences of arms in every measure, paired by seed, with Student's t interval; the primary measure judges C2. */
export function sharpnessDifferencesTable(results: Results, rows: readonly SharpnessRow[]): Table {
  const styles = armStyles(results);
  const { sharpness } = results.judgement;
  const pairs = sharpness ? [...sharpness.sharper, ...sharpness.flatter] : [];
  const verdicts = new Map(
    judgedSharpness(results, rows).map((claim) => [`${claim.first} ${claim.second}`, verdictText(claim)]),
  );
  return {
    title: "Differences in sharpness",
    caption: captionOf(
      results,
      "First arm less second, paired by seed, with 95 % t intervals over seeds (none with one seed).",
      ...(sharpness
        ? [
            `${sharpness.id} says that ${styles(pairs[0]!.first).title} is sharper than ${styles(pairs[0]!.second).title}: the verdict is that`,
            `of the primary measure, ${measureTitle(sharpness.measure)}; all others are secondary.`,
          ]
        : []),
      "Eigenvalues and traces in nats per squared unit of weight, all other measures in nats.",
    ),
    columns: [
      { key: "comparison", title: "difference", align: "left" },
      { key: "measure", title: "id", align: "left", csvOnly: true },
      { key: "measure_title", title: "measure", align: "left" },
      intervalColumn("difference", "mean", "", { decimals: 4 }),
      { key: "seeds", title: "seeds", align: "right", decimals: 0, spare: 2 },
      { key: "verdict", title: sharpness?.id ?? "verdict", align: "left", spare: 1 },
    ],
    rows: pairs.flatMap((pair) =>
      measureIds(rows)
        .filter(isShown)
        .flatMap((measure): Record<string, Cell>[] => {
          const found = pairedDifference(rows, pair, measure);
          if (!found) return [];
          const verdict = measure === sharpness?.measure && verdicts.get(`${pair.first} ${pair.second}`);
          return [
            {
              comparison: differenceTitle(styles, pair.first, pair.second),
              measure,
              measure_title: measureTitle(measure),
              ...intervalCells("difference", found),
              seeds: found.seeds,
              verdict: verdict || "",
            },
          ];
        }),
    ),
  };
}
