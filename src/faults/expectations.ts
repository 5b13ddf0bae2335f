/**
 * What faults do to a weight on average, in closed form, for the fault types of the paper (docs/protocol.md section 3).
 * Everything here is for offset binary, w = c (2q - n) / n with c = |clip| and n = 2^bits - 1, and independent faults of
 * probability `rate` per bit; `faultMoments` has other sites and asymmetric flips, `enumeratedMoments` any model in any
 * encoding.
 */
import { UserError } from "../base/errors.js";
import { maxCode, requireClip, requireCode } from "../quantization/grid.js";
import { requireRate } from "./inject.js";

/** E[w'] under flips: (1 - 2p) w. */
export function flipMean(w: number, rate: number): number {
  return (1 - 2 * requireRate(rate)) * w;
}

/** (4/3) (2^k + 1) / (2^k - 1): 1.511 for 4 bits. What p (1 - p) c^2 is multiplied with in {@link flipVariance}. */
export function flipCoefficient(bits: number): number {
  const n = maxCode(bits);
  return ((4 / 3) * (n + 2)) / n;
}

/** Var[w'] under flips, the same for every weight of a layer. */
export function flipVariance(clip: number, bits: number, rate: number): number {
  return requireRate(rate) * (1 - rate) * requireClip(clip) ** 2 * flipCoefficient(bits);
}

/** E[w'] with bits stuck at 0: w - p (w + c). Every weight moves down, a negative one too. */
export function stuckAt0Mean(w: number, clip: number, rate: number): number {
  return w - requireRate(rate) * (w + requireClip(clip));
}

/** E[w'] with bits stuck at 1: w + p (c - w). */
export function stuckAt1Mean(w: number, clip: number, rate: number): number {
  return w + requireRate(rate) * (requireClip(clip) - w);
}

/** Var[w'] with bits stuck at 0: p (1 - p) (2c/n)^2 times the sum of 4^b over the set bits b of the code. */
export function stuckAt0Variance(code: number, clip: number, bits: number, rate: number): number {
  const n = maxCode(bits);
  const step = (2 * requireClip(clip)) / n;
  return requireRate(rate) * (1 - rate) * step ** 2 * squaredBits(requireCode(code, n));
}

/** Var[w'] with bits stuck at 1: the same over the clear bits of the code. */
export function stuckAt1Variance(code: number, clip: number, bits: number, rate: number): number {
  const n = maxCode(bits);
  return stuckAt0Variance(n - requireCode(code, n), clip, bits, rate);
}

/**
 * rel_l, the squared size of flips relative to a layer's weights: {@link flipCoefficient} * c^2 / mean(w_q^2). Flips of
 * a small rate p perturb the layer by about sqrt(p * rel_l) of its norm.
 *
 * @param weights the quantized weights of the layer, at least one
 */
export function relativeSize(weights: Float32Array, clip: number, bits: number): number {
  if (weights.length === 0) throw new UserError("weights must have at least one entry, got 0");
  let squares = 0;
  for (const w of weights) squares += w * w;
  return (flipCoefficient(bits) * requireClip(clip) ** 2 * weights.length) / squares;
}

/** The sum of 4^b over the bits b that are set in an integer from 0 to 255. */
export function squaredBits(code: number): number {
  let sum = 0;
  for (let bit = 0; code >> bit !== 0; bit++) {
    if ((code >> bit) & 1) sum += 4 ** bit;
  }
  return sum;
}
