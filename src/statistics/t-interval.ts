import { UserError } from "../base/errors.js";
import { requireOptions } from "../base/options.js";
import { mean } from "./matrix.js";
import { type IntervalOptions, levelOf, requireLevel } from "./options.js";
import { criticalValue, tQuantile } from "./quantile.js";

export interface TInterval {
  readonly mean: number;
  /** Sample standard deviation (n - 1 in the denominator); NaN for one value. */
  readonly sd: number;
  readonly standardError: number;
  readonly df: number;
  /** Bounds of the interval; NaN for one value, of which no spread can be estimated. */
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/**
 * Student's t interval of the mean of independent values.
 *
 * @param values at least one finite number
 */
export function tInterval(values: readonly number[], options: IntervalOptions = {}): TInterval {
  const level = levelOf("tInterval", options);
  const n = values.length;
  if (n === 0) throw new UserError("values must have at least one number, got none");
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new UserError(`values[${wrong}] must be a finite number, got ${values[wrong]}`);
  const center = mean(values);
  const df = n - 1;
  if (df === 0) return { mean: center, sd: NaN, standardError: NaN, df, low: NaN, high: NaN, n };
  let squares = 0;
  for (const value of values) squares += (value - center) ** 2;
  const sd = Math.sqrt(squares / df);
  const standardError = sd / Math.sqrt(n);
  const half = criticalValue(level, df) * standardError;
  return { mean: center, sd, standardError, df, low: center - half, high: center + half, n };
}

/**
 * The true effect that a two-sided t test at `level` would find with probability `power`, given this standard
 * error: (t at 1 - (1 - level) / 2 + t at power) x standard error (docs/protocol.md section 5). It uses the central t
 * distribution, as is usual; at 4 degrees of freedom the exact value is a few percent away.
 *
 * @returns an effect in the units of `standardError`; NaN where the standard error is not known
 */
export function minimumDetectableEffect(
  standardError: number,
  df: number,
  options: IntervalOptions & { readonly power?: number | undefined } = {},
): number {
  const keys = { power: true, level: true } as const;
  const { power = 0.8, level = 0.95 } = requireOptions("minimumDetectableEffect", options, keys);
  requireLevel("power", power);
  requireLevel("level", level);
  if (Number.isNaN(standardError)) return NaN;
  if (standardError < 0) throw new UserError(`standardError must be at least 0, got ${standardError}`);
  return (criticalValue(level, df) + tQuantile(power, df)) * standardError;
}
