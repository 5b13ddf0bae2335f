/**
 * What faults do to a weight on average, in closed form (docs/protocol.md section 3). Everything here is for offset
 * binary, w = c (2q - n) / n with c = |clip| and n = 2^bits - 1, and independent faults of probability `rate` per
 * bit; {@link enumeratedMoments} has neither restriction of encoding nor of model.
 */
import { UserError } from "../errors.js";
import { type Encoding, encodingTables } from "../quantization/encodings.js";
import { levels, requireClip, requireCode, weightValue } from "../quantization/grid.js";
import { bitCount } from "./inject.js";
import type { FaultModel } from "./models.js";

/** E[w'] under flips: (1 - 2p) w. */
export function flipMean(w: number, rate: number): number {
  return (1 - 2 * requireRate(rate)) * w;
}

/** (4/3) (2^k + 1) / (2^k - 1): 1.511 for 4 bits. What p (1 - p) c^2 is multiplied with in {@link flipVariance}. */
export function flipCoefficient(bits: number): number {
  const n = levels(bits);
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
  const n = levels(bits);
  const step = (2 * requireClip(clip)) / n;
  return requireRate(rate) * (1 - rate) * step ** 2 * squaredBits(requireCode(code, n));
}

/** Var[w'] with bits stuck at 1: the same over the clear bits of the code. */
export function stuckAt1Variance(code: number, clip: number, bits: number, rate: number): number {
  const n = levels(bits);
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

/** Mean and variance of the change w' - w, one entry per weight. */
export interface Moments {
  mean: Float64Array;
  variance: Float64Array;
}

/** The models that have a closed form. */
export type ClosedFormModel = "flip" | "sa0" | "sa1";

/**
 * m_i and v_i of the predictor of the expected rise of the loss, m'g + (1/2) m'Hm + (1/2) sum_i v_i H_ii
 * (docs/protocol.md section 3), for every weight of a layer in offset binary.
 */
export function faultMoments(
  codes: Uint8Array,
  { clip, bits, rate, model }: { clip: number; bits: number; rate: number; model: ClosedFormModel },
): Moments {
  // Both depend on the code alone, so they are computed once per code.
  const byCode = Array.from({ length: levels(bits) + 1 }, (_, code) => {
    const w = weightValue(code, clip, bits);
    switch (model) {
      case "flip":
        return [-2 * rate * w, flipVariance(clip, bits, rate)] as const;
      case "sa0":
        return [-rate * (w + requireClip(clip)), stuckAt0Variance(code, clip, bits, rate)] as const;
      case "sa1":
        return [rate * (requireClip(clip) - w), stuckAt1Variance(code, clip, bits, rate)] as const;
      default:
        throw new UserError(`model must be one of flip, sa0, sa1, got ${String(model)}`);
    }
  });
  const moments = { mean: new Float64Array(codes.length), variance: new Float64Array(codes.length) };
  for (let i = 0; i < codes.length; i++) {
    const pair = byCode[requireCode(codes[i]!, byCode.length - 1)]!;
    moments.mean[i] = pair[0];
    moments.variance[i] = pair[1];
  }
  return moments;
}

/**
 * Mean and variance of w' - w for one code, for any model in any encoding, by summing over all 2^bits sets of faulty
 * bits.
 */
export function enumeratedMoments(
  code: number,
  options: { clip: number; bits: number; rate: number; model: FaultModel; encoding: Encoding },
): { mean: number; variance: number } {
  const { clip, bits, rate, model, encoding } = options;
  requireRate(rate);
  const tables = encodingTables(bits, encoding);
  const w = weightValue(code, clip, bits);
  let mean = 0;
  let square = 0;
  for (let mask = 0; mask < 2 ** bits; mask++) {
    const faulty = bitCount(mask);
    const probability = rate ** faulty * (1 - rate) ** (bits - faulty);
    const read = tables.decode[model.apply(tables.encode[code]!, mask)]!;
    const change = weightValue(read, clip, bits) - w;
    mean += probability * change;
    square += probability * change * change;
  }
  return { mean, variance: square - mean * mean };
}

function squaredBits(code: number): number {
  let sum = 0;
  for (let bit = 0; code >> bit !== 0; bit++) {
    if ((code >> bit) & 1) sum += 4 ** bit;
  }
  return sum;
}

function requireRate(rate: number): number {
  if (!(rate >= 0 && rate <= 1)) throw new UserError(`rate must be in [0, 1], got ${String(rate)}`);
  return rate;
}
