import type { Results } from "../results/rows.js";
import { type Accuracies, accuraciesOf, type Measured } from "./accuracies.js";
import { type Comparison, comparisonTable, resultsOfExtra } from "./comparison.js";
import { comparisonFigure } from "./comparison-figure.js";
import { captionOf } from "./conditions.js";
import type { Figure } from "./figure.js";
import type { Table } from "./table.js";

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

/** The first extra campaign with faults in one layer at a time. */
function layerFaults(results: Results): Comparison {
  const extra = results.extras?.find(({ layers }) => layers === "each");
  const view = extra ? resultsOfExtra(results, extra) : results;
  const layers = extra ? Object.keys(results.networks[0]?.clipRatioByLayer ?? {}) : [];
  const accuracies = new Map(layers.map((layer) => [layer, accuraciesOf(view, { layer })]));
  return {
    results: view,
    categories: layers,
    measure: (layer, arm, fault, rate) => drop(accuracies.get(layer)!, arm, fault, rate),
  };
}

/** Accuracy without faults minus that under them, by [seed][map]. */
function drop(accuracies: Accuracies, arm: string, fault: string, rate: number): Measured {
  const clean = accuracies.clean(arm);
  const faulty = accuracies.faulty(arm, fault, rate);
  if ("missing" in clean) return clean;
  if ("missing" in faulty) return faulty;
  return { values: faulty.values.map((row, seed) => row.map((value) => clean.values[seed]![0]! - value)) };
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
