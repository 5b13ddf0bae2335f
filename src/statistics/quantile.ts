import studentQuantile from "@stdlib/stats-base-dists-t-quantile";
import { UserError } from "../base/errors.js";
import { requireLevel } from "./options.js";

/** Beyond this many degrees of freedom Student's t and the normal distribution agree to 10 digits. */
const NORMAL_DF = 1e10;

/**
 * Quantile of Student's t distribution.
 *
 * @param p probability in (0, 1)
 * @param df degrees of freedom, > 0, not necessarily an integer; Infinity gives the normal distribution
 */
export function tQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1)) throw new UserError(`p must be in (0, 1), got ${p}`);
  if (!(df > 0)) throw new UserError(`df must be above 0, got ${df}`);
  return studentQuantile(p, Math.min(df, NORMAL_DF));
}

/** The two-sided critical value: |t| stays below it with probability `level`. */
export function criticalValue(level: number, df: number): number {
  return tQuantile((1 + requireLevel("level", level)) / 2, df);
}

/**
 * Quantile of a sample by linear interpolation between order statistics (position p (n - 1), counted from 0).
 *
 * @param sorted ascending values, at least one
 */
export function sampleQuantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) throw new UserError("sorted must have at least one value, got none");
  if (!(p >= 0 && p <= 1)) throw new UserError(`p must be in [0, 1], got ${p}`);
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  const share = at - below;
  return share === 0 || low === high ? low : low + share * (high - low); // infinities have no difference
}
