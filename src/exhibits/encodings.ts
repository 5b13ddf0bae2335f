import type { Results } from "../results/rows.js";
import { accuraciesOf } from "./accuracies.js";
import { type Comparison, comparisonTable, effectOf, resultsOfExtra } from "./comparison.js";
import { comparisonFigure } from "./comparison-figure.js";
import { captionOf } from "./conditions.js";
import type { Figure } from "./figure.js";
import type { Table } from "./table.js";

const SAME =
  "The same networks with their codes stored in other encodings, on the same fault maps; the levels, and the accuracy without " +
  "faults, are those of the first encoding.";

/** Mean accuracy and its 95 % interval by arm, fault type and rate, a column per encoding (docs/protocol.md section 4). */
export function encodingTable(results: Results): Table {
  const comparison = encodings(results);
  return comparisonTable(comparison, {
    title: "Accuracy under faults by encoding",
    caption: captionOf(comparison.results, SAME, "Rate: fault probability per stored weight bit."),
    quantity: "accuracy_pct",
    unit: "%",
  });
}

/** The same as a figure: whether stuck-at-0 or stuck-at-1 does more harm depends on the encoding. */
export function encodingFigure(results: Results): Figure {
  const comparison = encodings(results);
  return comparisonFigure(comparison, {
    axis: "accuracy (%)",
    unit: "%",
    caption: captionOf(comparison.results, SAME, "Bars: 95 % intervals of the means."),
    bounds: [0, 100],
    includes: bestWithoutFaults(comparison.results),
  });
}

/** So that every panel shows how far below it the faults lead. */
function bestWithoutFaults(results: Results): number {
  const { clean } = accuraciesOf(results);
  return Math.max(0, ...results.arms.map((arm) => effectOf(clean(arm))?.mean ?? 0));
}

/**
 * The main campaign's encoding and those of the extra campaigns with faults in all layers. The first of these says which arms,
 * seeds, fault types, rates and maps are compared; where another has not all of them, it is left blank.
 */
function encodings(results: Results): Comparison {
  const extras = (results.extras ?? []).filter(
    ({ layers, encoding = results.encoding }) => layers === undefined && encoding !== results.encoding,
  );
  const views = extras.map((extra) => resultsOfExtra(results, extra));
  const main: Results = { ...(views[0] ?? results), encoding: results.encoding };
  const all = views.length === 0 ? [] : [main, ...views];
  const accuracies = new Map(
    all.map(({ encoding }) => [encoding as string, accuraciesOf({ ...main, encoding })]),
  );
  return {
    results: main,
    categories: [...accuracies.keys()],
    measure: (encoding, arm, fault, rate) => accuracies.get(encoding)!.faulty(arm, fault, rate),
  };
}
