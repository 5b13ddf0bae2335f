import type { Results } from "../experiments/results/rows.js";
import type { Encoding } from "../quantization/encodings.js";
import { accuraciesOf } from "./accuracies.js";
import { accuracyOf, type Comparison, resultsOfExtra } from "./comparison.js";

/**
 * The study in the main campaign's encoding and in those of the extra campaigns with faults in all layers, as studies of their
 * own; none without such campaigns. The first extra campaign says which arms, seeds, fault types, rates and maps are compared.
 */
export function encodingViews(results: Results): Results[] {
  const own = results.study.campaign.encoding;
  const extras = (results.study.extras ?? []).filter(
    ({ layers, encoding = own }) => layers === undefined && encoding !== own,
  );
  const [first] = extras;
  if (first === undefined) return [];
  const inEncoding = (encoding: Encoding) => resultsOfExtra(results, { ...first, encoding });
  return [own, ...extras.map(({ encoding = own }) => encoding)].map(inEncoding);
}

/** Where another encoding has not all that the first extra campaign has, it is left blank. */
export function encodings(results: Results): Comparison {
  const views = encodingViews(results);
  const accuracies = new Map(
    views.map((view) => [view.study.campaign.encoding as string, accuraciesOf(view)]),
  );
  return {
    results: views[0] ?? results,
    categories: [...accuracies.keys()],
    measure: (encoding, arm, fault, rate) => accuracies.get(encoding)!.faulty(arm, fault, rate),
    effect: accuracyOf,
  };
}
