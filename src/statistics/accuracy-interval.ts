import { UserError } from "../base/errors.js";
import type { SeedsByMaps } from "./matrix.js";
import { type IntervalOptions, levelOf } from "./options.js";
import { type PairedEffect, pairedEffect } from "./paired-effect.js";
import { criticalValue } from "./quantile.js";

/** How the bounds were found, see {@link accuracyInterval}; none with one value. */
export type AccuracyMethod = "t" | "score" | "equal" | "none";

export interface AccuracyEffect extends PairedEffect {
  readonly method: AccuracyMethod;
}

/**
 * Mean accuracy and an interval of it that stays within 0 and 100 (docs/protocol.md section 5). It is that of
 * {@link pairedEffect} wherever that one does; so most of the intervals of a study are t intervals. Else it is
 *
 * - `"score"`: Wilson's score interval with Student's t, for the number of draws of right or wrong that has the same standard
 *   error, m (1 - m) / se^2 (Dean & Pagano, J. Surv. Stat. Methodol. 3, 2015, 484): it never leaves the range, holds the mean, and
 *   nears the t interval as the standard error falls.
 * - `"equal"`, where all values are equal and so have no spread: with confidence `level`, at most a share q = 1 - (1 -
 *   level)^(1/n) of all maps (and seeds) gives another value, and such a value can be anything from 0 to 100. n is the number of
 *   maps or of seeds, the smaller one if there are several of both.
 *
 * @param accuracies [seed][map], percent; complete
 */
export function accuracyInterval(accuracies: SeedsByMaps, options: IntervalOptions = {}): AccuracyEffect {
  const level = levelOf("accuracyInterval", options);
  const effect = pairedEffect(accuracies, { level });
  const values = accuracies.flat();
  const wrong = values.find((value) => value < 0 || value > 100);
  if (wrong !== undefined) throw new UserError(`accuracies must be percentages from 0 to 100, got ${wrong}`);
  const { low, high, basis, seeds, maps } = effect;
  if (basis === "none") return { ...effect, method: "none" };
  if (values.every((value) => value === values[0])) {
    const mean = values[0]!;
    const others = 1 - (1 - level) ** (1 / (seeds === 1 ? maps : maps === 1 ? seeds : Math.min(seeds, maps)));
    return {
      ...effect,
      mean,
      low: mean - others * mean,
      high: mean + others * (100 - mean),
      method: "equal",
    };
  }
  if (low >= 0 && high <= 100) return { ...effect, method: "t" };
  return { ...effect, ...scoreInterval(effect, level), method: "score" };
}

function scoreInterval({ mean, standardError, df }: PairedEffect, level: number) {
  const share = mean / 100;
  const variance = share * (1 - share);
  const draws = variance / (standardError / 100) ** 2;
  const t2 = criticalValue(level, df) ** 2;
  const center = (share + t2 / (2 * draws)) / (1 + t2 / draws);
  const half = Math.sqrt(t2 * (variance / draws + t2 / (4 * draws ** 2))) / (1 + t2 / draws);
  // the bounds are within the range but for rounding
  return { low: Math.max(0, 100 * (center - half)), high: Math.min(100, 100 * (center + half)) };
}
