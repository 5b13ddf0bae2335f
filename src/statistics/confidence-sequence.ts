import { UserError } from "../base/errors.js";
import { type OptionKeys, requireCount, requireOptions } from "../base/options.js";
import { requireLevel } from "./options.js";
import { tInterval } from "./t-interval.js";

export interface SequenceOptions {
  /** Probability that the interval holds the mean at *every* n at once; default 0.95. */
  readonly confidence?: number;
  /**
   * The prior weight c^2, in observations, of an effect of 0: it says at which n the sequence is tight, not whether it
   * is valid. Fixed before the data is seen. Default 5, the whole number with the least average width over n = 20 to 100;
   * the first finite interval at 95 % is then that of 8 values.
   */
  readonly mixture?: number;
  /**
   * The smallest standard deviation that is believed, in the units of the values: a smaller one of the sample is
   * replaced by it. For accuracies counted on N images, 1 / N: one image. Default 0, where equal values have an infinite
   * interval.
   */
  readonly leastSd?: number;
}

const KEYS: OptionKeys<SequenceOptions> = { confidence: true, mixture: true, leastSd: true };

/**
 * Interval of the mean of independent values that may be looked at after each of them: with probability `confidence`
 * it holds the mean at all n together, so also at an n chosen by looking at it. Exact for Gaussian values of unknown
 * variance; docs/protocol.md section 5 says how it fares with skewed ones. The Gaussian-mixture t sequence of Wang and
 * Ramdas (arXiv 2310.03722, after Lai 1976): the means m at which the test martingale
 *
 *     E_n(m) = sqrt(c^2 / (n + c^2)) (1 - S^2 / ((n + c^2) V))^(-n/2),   S = sum(x - m), V = sum((x - m)^2)
 *
 * is below 1 / (1 - confidence), which by Ville's inequality it ever reaches with probability 1 - confidence at most.
 *
 * @param values all observations so far, in the order in which they came; finite
 * @returns center (NaN of no values) and half-width (Infinity of fewer values than `sequenceFactor` is finite for)
 */
export function meanConfidenceSequence(
  values: readonly number[],
  options: SequenceOptions = {},
): { mean: number; halfWidth: number } {
  const { leastSd = 0, ...rest } = requireOptions("meanConfidenceSequence", options, KEYS);
  if (!(leastSd >= 0)) throw new UserError(`leastSd must be at least 0, got ${leastSd}`);
  const n = values.length;
  const factor = sequenceFactor(n, rest);
  if (n === 0) return { mean: NaN, halfWidth: Infinity };
  const { mean, sd } = tInterval(values);
  // Rounding of the mean would give equal values some spread.
  const spread = Math.max(leastSd, values.every((value) => value === values[0]) ? 0 : sd);
  return { mean, halfWidth: spread > 0 ? factor * spread : Infinity };
}

/**
 * Half-width of `meanConfidenceSequence` after n values, in sample standard deviations (n - 1 in the denominator): it
 * depends on n alone, and falls with n from the first that is finite.
 *
 * Solving E_n(m) = 1 / alpha for d = mean - m with S = n d, V = (n - 1) s^2 + n d^2 and
 * k = 1 - (alpha^2 c^2 / (n + c^2))^(1/n) gives d^2 = s^2 k (n + c^2) (n - 1) / (n (n - k (n + c^2))); where the
 * denominator is not above 0, no mean is excluded yet.
 */
export function sequenceFactor(n: number, options: Omit<SequenceOptions, "leastSd"> = {}): number {
  const keys = { confidence: true, mixture: true } as const;
  const { confidence = 0.95, mixture = 5 } = requireOptions("sequenceFactor", options, keys);
  requireLevel("confidence", confidence);
  requireCount("n", n, 0);
  if (!(mixture > 0 && mixture < Infinity))
    throw new UserError(`mixture must be above 0 and finite, got ${mixture}`);
  if (n < 2) return Infinity;
  const alpha = 1 - confidence;
  const k = -Math.expm1(Math.log((alpha ** 2 * mixture) / (n + mixture)) / n);
  const denominator = n * (n - k * (n + mixture));
  return denominator > 0 ? Math.sqrt((k * (n + mixture) * (n - 1)) / denominator) : Infinity;
}

/**
 * The first look at which the sequence's half-width is at most `halfWidth`, or null where none is: looks beyond the
 * values are still to come. Fixed looks make the answer independent of how many values more were computed by then; the
 * interval is valid for any looks.
 *
 * @param values in the order of their index, not of their computation
 * @param halfWidth in the units of the values, above 0
 * @param looks numbers of values, ascending
 */
export function firstStop(
  values: readonly number[],
  halfWidth: number,
  looks: readonly number[],
  options: SequenceOptions = {},
): number | null {
  requireOptions("firstStop", options, KEYS);
  if (!(halfWidth > 0)) throw new UserError(`halfWidth must be above 0, got ${halfWidth}`);
  const wrong = looks.findIndex((look, i) => !(Number.isInteger(look) && look > (looks[i - 1] ?? 0)));
  if (wrong >= 0)
    throw new UserError(
      `looks must be ascending whole numbers of at least 1, got ${looks[wrong]} as looks[${wrong}]`,
    );
  for (const look of looks) {
    if (look > values.length) return null;
    if (meanConfidenceSequence(values.slice(0, look), options).halfWidth <= halfWidth) return look;
  }
  return null;
}
