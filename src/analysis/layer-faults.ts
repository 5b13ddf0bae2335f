import type { Results } from "../experiments/results/rows.js";
import { type Accuracies, accuraciesOf, type Measured } from "./accuracies.js";
import { type Comparison, effectOf, resultsOfExtra } from "./comparison.js";

/** The first extra campaign with faults in one layer at a time. */
export function layerFaults(results: Results): Comparison {
  const extra = results.study.extras?.find(({ layers }) => layers === "each");
  const view = extra ? resultsOfExtra(results, extra) : results;
  const layers = extra ? Object.keys(results.networks[0]?.clipRatioByLayer ?? {}) : [];
  const accuracies = new Map(layers.map((layer) => [layer, accuraciesOf(view, { layer })]));
  return {
    results: view,
    categories: layers,
    measure: (layer, arm, fault, rate) => drop(accuracies.get(layer)!, arm, fault, rate),
    effect: effectOf,
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
