import { UserError } from "../base/errors.js";
import { requireCount, requireOptions, shown } from "../base/options.js";

export interface IntervalOptions {
  /** Coverage of the interval, above 0 and below 1. Default: 0.95. */
  readonly level?: number | undefined;
}

export interface BootstrapOptions extends IntervalOptions {
  /** Default: 2000. */
  readonly resamples?: number | undefined;
}

/** The level that a function is to use. @param what its name */
export function levelOf(what: string, options: IntervalOptions): number {
  const { level = 0.95 } = requireOptions(what, options, { level: true });
  return requireLevel("level", level);
}

/** What a bootstrap is to use. @param what its name */
export function bootstrapOf(what: string, options: BootstrapOptions): { level: number; resamples: number } {
  const { resamples = 2000, level = 0.95 } = requireOptions(what, options, { resamples: true, level: true });
  return { resamples: requireCount("resamples", resamples), level: requireLevel("level", level) };
}

/** Checks a probability that is neither impossible nor certain; percentages are refused. */
export function requireLevel(what: string, level: number): number {
  if (typeof level === "number" && level > 0 && level < 1) return level;
  throw new UserError(`${what} must be in (0, 1), got ${shown(level)}: 0.95 is 95 %`);
}
