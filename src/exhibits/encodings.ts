import type { Results } from "../results/rows.js";
import { accuraciesOf } from "./accuracies.js";
import { type Comparison, comparisonTable, effectOf, resultsOfExtra } from "./comparison.js";
import { comparisonFigure } from "./comparison-figure.js";
import { captionOf, type Measured } from "./conditions.js";
import type { Figure } from "./figure.js";
import { list } from "./phrases.js";
import type { Table } from "./table.js";

const SAME =
  "The same networks with their codes stored in other encodings, on the same fault maps; the levels, and the accuracy without " +
  "faults, are those of the first encoding.";

/** Encodings in the width that a figure has for them. */
const LABELS: Readonly<Record<string, string>> = {
  "offset-binary": "offset<br>binary",
  "twos-complement": "two's<br>compl.",
  "sign-magnitude": "sign-<br>magn.",
  gray: "Gray",
};

/** Mean accuracy and its 95 % interval by arm, fault type and rate, a column per encoding (docs/protocol.md section 4). */
export function encodingTable(results: Results): Table {
  const comparison = encodings(results);
  return comparisonTable(comparison, {
    title: "Accuracy under faults by encoding",
    caption: captionOf(allEncodings(comparison), SAME, "Rate: fault probability per stored weight bit."),
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
    label: (encoding) => LABELS[encoding] ?? encoding,
    caption: captionOf(allEncodings(comparison), SAME, "Bars: 95 % intervals of the means."),
    bounds: [0, 100],
    includes: bestWithoutFaults(comparison.results),
  });
}

function allEncodings({ results, categories }: Comparison): Measured {
  return categories.length === 0 ? results : { ...results, encoding: list(categories) };
}

/** So that every panel shows how far below it the faults lead. */
function bestWithoutFaults(results: Results): number {
  const { clean } = accuraciesOf(results);
  return Math.max(0, ...results.arms.map((arm) => effectOf(clean(arm))?.mean ?? 0));
}

/**
 * The study in the main campaign's encoding and in those of the extra campaigns with faults in all layers, as studies of their
 * own; none without such campaigns. The first extra campaign says which arms, seeds, fault types, rates and maps are compared.
 */
export function encodingViews(results: Results): Results[] {
  const extras = (results.extras ?? []).filter(
    ({ layers, encoding = results.encoding }) => layers === undefined && encoding !== results.encoding,
  );
  const [first] = extras;
  if (first === undefined) return [];
  const main: Results = { ...resultsOfExtra(results, first), encoding: results.encoding };
  return [main, ...extras.map(({ encoding = results.encoding }) => ({ ...main, encoding }))];
}

/** Where another encoding has not all that the first extra campaign has, it is left blank. */
function encodings(results: Results): Comparison {
  const views = encodingViews(results);
  const accuracies = new Map(views.map((view) => [view.encoding as string, accuraciesOf(view)]));
  return {
    results: views[0] ?? results,
    categories: [...accuracies.keys()],
    measure: (encoding, arm, fault, rate) => accuracies.get(encoding)!.faulty(arm, fault, rate),
  };
}
