import { UserError } from "../base/errors.js";
import { requireCount, requireOptions } from "../base/options.js";
import { mean } from "./matrix.js";
import { type IntervalOptions, levelOf, requireLevel } from "./options.js";
import { criticalValue } from "./quantile.js";

/**
 * How many of `population` faults to draw, without replacement, so that the share of those with some effect is known
 * within `margin`: n = N / (1 + e^2 (N - 1) / (t^2 p (1 - p))), rounded up (Leveugle et al., DATE 2009,
 * doi 10.1109/DATE.2009.5090716).
 *
 * @param population N, an integer >= 0
 * @param options.margin e, half the width of the interval, a fraction in [0, 1); 0 asks for all
 * @param options.confidence probability that the interval holds the share; t is its normal quantile. Default 0.95
 * @param options.p the share expected; the default 0.5 is the one that needs the most
 */
export function leveugleSampleSize(
  population: number,
  options: { margin: number; confidence?: number; p?: number },
): number {
  const keys = { margin: true, confidence: true, p: true } as const;
  const { margin, confidence = 0.95, p = 0.5 } = requireOptions("leveugleSampleSize", options, keys);
  if (!(Number.isInteger(population) && population >= 0))
    throw new UserError(`population must be an integer of at least 0, got ${population}`);
  requireLevel("confidence", confidence);
  if (!(margin >= 0 && margin < 1)) throw new UserError(`margin must be in [0, 1), got ${margin}`);
  if (!(p > 0 && p < 1)) throw new UserError(`p must be in (0, 1), got ${p}`);
  if (population <= 1) return population;
  const t = criticalValue(confidence, Infinity);
  const size = population / (1 + (margin ** 2 * (population - 1)) / (t ** 2 * p * (1 - p)));
  return Math.min(population, Math.ceil(size));
}

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Interval of the mean of a finite population of which `values` were drawn without replacement: Student's t with the
 * standard error s sqrt((1 - n/N) / n) (Cochran, Sampling Techniques, section 2.6). No width if all were drawn, unknown
 * (NaN) from one of several.
 */
export function finiteMeanInterval(
  values: readonly number[],
  population: number,
  options: IntervalOptions = {},
): Bounds {
  const level = levelOf("finiteMeanInterval", options);
  const n = requireSample(values.length, population);
  const center = mean(values);
  if (n === population) return { low: center, high: center };
  if (n === 1) return { low: NaN, high: NaN };
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (n - 1);
  const half = criticalValue(level, n - 1) * Math.sqrt((variance * (1 - n / population)) / n);
  return { low: center - half, high: center + half };
}

/**
 * Interval of a share of a finite population of which n members, `count` of them with the property, were drawn without
 * replacement: Wilson's score interval for n (N - 1)/(N - n) independent draws, within the shares that are still possible.
 * Unlike the normal interval it has a width where count is 0 or n.
 */
export function finiteShareInterval(
  count: number,
  n: number,
  population: number,
  options: IntervalOptions = {},
): Bounds {
  const level = levelOf("finiteShareInterval", options);
  requireSample(n, population);
  if (!(Number.isInteger(count) && count >= 0 && count <= n))
    throw new UserError(`count must be an integer from 0 to ${n}, got ${count}`);
  const share = count / n;
  if (n === population) return { low: share, high: share };
  const draws = (n * (population - 1)) / (population - n);
  const z2 = criticalValue(level, Infinity) ** 2;
  const center = (share + z2 / (2 * draws)) / (1 + z2 / draws);
  const half = Math.sqrt((z2 * share * (1 - share)) / draws + (z2 / (2 * draws)) ** 2) / (1 + z2 / draws);
  return {
    low: Math.max(count / population, center - half),
    high: Math.min((count + population - n) / population, center + half),
  };
}

function requireSample(n: number, population: number): number {
  if (requireCount("n", n, 0) >= 1 && n <= requireCount("population", population)) return n;
  throw new UserError(`a sample must have 1 to ${population} members, as its population has, got ${n}`);
}
