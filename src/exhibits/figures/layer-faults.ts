import type { Comparison } from "../../analysis/comparison.js";
import { layerFaults } from "../../analysis/layer-faults.js";
import type { Results } from "../../experiments/results/rows.js";
import type { Figure } from "../forms/figure.js";
import type { Table } from "../forms/table.js";
import { captionOf } from "../style/conditions.js";
import { comparisonTable } from "../tables/comparison-table.js";
import { comparisonFigure } from "./comparison-figure.js";

/** Accuracy lost, with 95 % interval, by arm, fault type and rate, a column per layer that alone has faults. */
export function layerFaultsTable(results: Results): Table {
  const comparison = layerFaults(results);
  return comparisonTable(comparison, {
    title: "Accuracy lost to faults in one layer",
    caption: captionOf(comparison.results, explain(comparison)),
    quantity: "drop_pp",
    unit: "pp",
  });
}

/** The same as a figure (docs/protocol.md section 4). */
export function layerFaultsFigure(results: Results): Figure {
  const comparison = layerFaults(results);
  return comparisonFigure(comparison, {
    axis: "drop (pp)",
    unit: "pp",
    caption: captionOf(comparison.results, explain(comparison), "Bars: 95 % intervals of the means."),
    bounds: [-100, 100],
    includes: 0,
  });
}

function explain({ results, categories }: Comparison): string {
  const bits = categories.map((layer) => {
    const exposed = results.trials.flatMap((trial) => (trial.layer === layer ? [trial.exposed] : []));
    return `${layer} ${exposed.reduce((most, count) => Math.max(most, count), 0).toLocaleString("en-US")}`;
  });
  return (
    "Drop: accuracy without faults minus accuracy with faults in this weight layer alone. A rate is per stored bit, so a layer " +
    `has faulty bits in proportion to its size; stored bits: ${bits.join(", ")}.`
  );
}
