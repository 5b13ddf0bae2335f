import { isExploratory, type Results } from "../experiments/results/rows.js";
import type { ArmPair } from "../experiments/study/judgement.js";
import { faultTitle } from "../faults/titles.js";
import { ablated, ablationsOf } from "./ablations.js";
import { accuraciesOf, seedsOf } from "./accuracies.js";
import { type Interval, judge, type Verdict } from "./claims.js";
import { encodingViews } from "./encoding-views.js";
import { cellsAt, cellsOf, effectBetween, type FaultCell } from "./paired-differences.js";

/** What a claim may depend on. */
export const ASPECTS = ["fault type", "encoding", "sparsity", "range and bits"] as const;
export type Aspect = (typeof ASPECTS)[number];

/** A claim under one condition: on one fault type, in one encoding, with one thing changed. */
export interface Outcome {
  readonly aspect: Aspect;
  /** The condition, such as `"bit flip"` or `"gray"`. */
  readonly label: string;
  readonly verdict: Verdict;
  /** NaN where the verdict is withheld for want of data. */
  readonly effect: Interval;
  /** How many seeds are compared. */
  readonly seeds: number;
}

/**
 * Takes a claim apart: for each fault type over all rates; for each encoding, each other sparsity, and each other
 * range rule or bits over all fault types. Encodings are compared at the rates and maps that all of them have. Aspects
 * of which the study has nothing are left out.
 */
export function outcomes(results: Results): (claim: ArmPair) => Outcome[] {
  const accuracies = accuraciesOf(results);
  const encodings = encodingViews(results).map((view) => ({ view, of: accuraciesOf(view) }));
  const ablations = ablationsOf(results);
  const { study, judgement } = results;
  const outcome = (
    aspect: Aspect,
    label: string,
    pair: ArmPair,
    over: readonly FaultCell[],
    of = accuracies,
  ): Outcome => {
    const effect = effectBetween(of, pair, over);
    const seeds = Math.min(...[pair.better, pair.worse].map((arm) => seedsOf(study, arm).length));
    if ("missing" in effect)
      return { aspect, label, seeds, verdict: "withheld", effect: { mean: NaN, low: NaN, high: NaN } };
    const { mean, low, high, basis } = effect;
    const { verdict } = judge(effect, basis, isExploratory(study));
    return { aspect, label, seeds, verdict, effect: { mean, low, high } };
  };
  const all = cellsOf(results);
  return (claim) => [
    ...judgement.faults.map((fault) =>
      outcome("fault type", faultTitle(fault), claim, cellsOf(results, fault)),
    ),
    ...encodings.map(({ view, of }) =>
      outcome(
        "encoding",
        view.study.campaign.encoding,
        claim,
        cellsAt(judgement.faults, view.study.campaign.rates),
        of,
      ),
    ),
    ...ablations.flatMap((ablation) => {
      const pair = ablated(results, ablation, claim);
      return pair
        ? [outcome(ablation.ofSparsity ? "sparsity" : "range and bits", ablation.title, pair, all)]
        : [];
    }),
  ];
}
