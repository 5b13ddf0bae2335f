import { accuraciesOf } from "../../analysis/accuracies.js";
import { accuracyOf, type Comparison } from "../../analysis/comparison.js";
import { encodings } from "../../analysis/encoding-views.js";
import type { Results } from "../../experiments/results/rows.js";
import { mainArms } from "../../experiments/study/arms.js";
import { type Encoding, encodingLines } from "../../quantization/encodings.js";
import type { Figure } from "../forms/figure.js";
import type { Table } from "../forms/table.js";
import { captionIn } from "../style/conditions.js";
import { list } from "../style/phrases.js";
import { comparisonTable } from "../tables/comparison-table.js";
import { comparisonFigure } from "./comparison-figure.js";

const SAME =
  "The same networks with their codes stored in other encodings, on the same fault maps; the levels, and the accuracy without " +
  "faults, are those of the first encoding.";

/** Mean accuracy and its 95 % interval by arm, fault type and rate, a column per encoding (docs/protocol.md section 4). */
export function encodingTable(results: Results): Table {
  const comparison = encodings(results);
  return comparisonTable(comparison, {
    title: "Accuracy under faults by encoding",
    caption: captionIn(
      comparison.results,
      allEncodings(comparison),
      SAME,
      "Rate: fault probability per stored weight bit.",
    ),
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
    label: (encoding) => encodingLines(encoding as Encoding).join("<br>"),
    caption: captionIn(
      comparison.results,
      allEncodings(comparison),
      SAME,
      "Bars: 95 % intervals of the means.",
    ),
    bounds: [0, 100],
    includes: bestWithoutFaults(comparison.results),
  });
}

function allEncodings({ categories }: Comparison): string | undefined {
  return categories.length === 0 ? undefined : list(categories);
}

/** So that every panel shows how far below it the faults lead. */
function bestWithoutFaults(results: Results): number {
  const { clean } = accuraciesOf(results);
  return Math.max(0, ...mainArms(results.study).map((arm) => accuracyOf(clean(arm))?.mean ?? 0));
}
