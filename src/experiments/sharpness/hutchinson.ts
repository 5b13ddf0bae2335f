import { UserError } from "../../base/errors.js";
import { requireOptions } from "../../base/options.js";
import { stream } from "../../base/random/stream.js";
import { tInterval } from "../../statistics/t-interval.js";
import type { Product } from "./hessian.js";
import type { Vector } from "./layers.js";
import { randomSigns } from "./vector.js";

/** A mean of independent draws, and its standard error; NaN of a single draw. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/** What {@link diagonalSums} is told. */
export interface HutchinsonOptions {
  /** How many random vectors, a product each. */
  readonly samples: number;
  /** Vector i is drawn from `stream(...key, i)`. */
  readonly key: readonly (string | number)[];
}

/**
 * Sums over the diagonal of a symmetric matrix, sum_i a_i H_ii for each of several a, by Hutchinson's method: z_i (Hz)_i has the
 * mean H_ii for random signs z, since off-diagonal elements average out. a = 1 gives the trace, a = 1 in one layer and 0
 * elsewhere that layer's, a = the variances of weights what their scatter costs. All share the same products.
 */
export function diagonalSums(
  product: Product,
  factors: readonly Vector[],
  options: HutchinsonOptions,
): Estimate[] {
  const { samples, key } = requireOptions("diagonalSums", options, { samples: true, key: true });
  if (!(Number.isInteger(samples) && samples >= 1))
    throw new UserError(`samples must be a whole number of at least 1, got ${samples}`);
  const sums = factors.map(() => [] as number[]);
  const size = factors[0]?.length ?? 0;
  for (let sample = 0; sample < samples; sample++) {
    const z = randomSigns(size, stream(...key, sample));
    const diagonal = product(z).map((x, i) => x * z[i]!);
    factors.forEach((a, i) => {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += a[j]! * diagonal[j]!;
      sums[i]!.push(sum);
    });
  }
  return sums.map(estimate);
}

/** Mean and standard error of independent values. */
export function estimate(values: readonly number[]): Estimate {
  const { mean, standardError } = tInterval(values);
  return { value: mean, standardError };
}
