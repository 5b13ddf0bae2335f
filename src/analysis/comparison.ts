import type { Results } from "../experiments/results/rows.js";
import type { ExtraCampaign } from "../experiments/study/study.js";
import {
  type AccuracyEffect,
  accuracyInterval,
  type PairedEffect,
  pairedEffect,
} from "../statistics/index.js";
import type { Measured } from "./accuracies.js";

/** A quantity by arm, fault type and rate, side by side in several categories: encodings, or layers. */
export interface Comparison {
  /** Arms, fault types and rates to be shown, and the conditions under which they were measured. */
  readonly results: Results;
  /** In display order; none if the study has no such campaign. */
  readonly categories: readonly string[];
  /** The quantity by [seed][map]. */
  readonly measure: (category: string, arm: string, fault: string, rate: number) => Measured;
  /** Its mean and interval: {@link accuracyOf} or, of a difference, {@link effectOf}. */
  readonly effect: (measured: Measured) => PairedEffect | undefined;
}

/** Extra campaigns read as a study of their own: each with its arms, seeds, fault types, rates, maps and encoding. */
export function resultsOfExtra(results: Results, extra: ExtraCampaign): Results {
  const { id: _, layers: __, seeds, arms, ...changes } = extra;
  const { study } = results;
  return {
    ...results,
    study: {
      ...study,
      campaign: { ...study.campaign, ...changes },
      arms: study.arms.filter(({ id, group }) => group !== undefined || (arms?.includes(id) ?? true)),
      seeds: study.seeds.slice(0, seeds),
    },
  };
}

/** Mean and interval of a difference; undefined if it has not been measured completely. */
export function effectOf(measured: Measured): PairedEffect | undefined {
  return "missing" in measured ? undefined : pairedEffect(measured.values);
}

/** Mean and interval, within 0 and 100, of an accuracy; undefined if it has not been measured completely. */
export function accuracyOf(measured: Measured): AccuracyEffect | undefined {
  return "missing" in measured ? undefined : accuracyInterval(measured.values);
}
