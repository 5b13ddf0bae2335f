import type { Results } from "../experiments/results/rows.js";
import { accuraciesOf } from "./accuracies.js";
import { accuracyOf, type Comparison, resultsOfExtra } from "./comparison.js";

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
export function encodings(results: Results): Comparison {
  const views = encodingViews(results);
  const accuracies = new Map(views.map((view) => [view.encoding as string, accuraciesOf(view)]));
  return {
    results: views[0] ?? results,
    categories: [...accuracies.keys()],
    measure: (encoding, arm, fault, rate) => accuracies.get(encoding)!.faulty(arm, fault, rate),
    effect: accuracyOf,
  };
}
