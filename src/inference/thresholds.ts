import type { Norm } from "./deploy.js";
import {
  add,
  ceiling,
  divide,
  maximum,
  multiply,
  negate,
  type Rational,
  rational,
  sign,
} from "./rational.js";

/** How a weight layer's real outputs depend on its integer sums: x = gain (clips[0] clips[1] / divisor S + bias) + offset. */
export interface Affine {
  /** Clips of the weights and of the codes that they meet. */
  readonly clips: readonly [weights: number, codes: number];
  /** Product of the numbers of steps on either grid, and of the places averaged over. */
  readonly divisor: number;
  readonly bias: Float32Array;
  readonly norm?: Norm;
}

/** Factor of the sum of channel `o`, in float64: gain (c_w c_a / divisor). */
export function realScale({ clips, divisor, norm }: Affine, o: number): number {
  const scale = (clips[0] * clips[1]) / divisor;
  return norm ? norm.gain[o]! * scale : scale;
}

/** What is added to it, in float64: gain bias + offset. */
export function realOffset({ bias, norm }: Affine, o: number): number {
  return norm ? norm.gain[o]! * bias[o]! + norm.offset[o]! : bias[o]!;
}

const NEVER = 2 ** 31 - 1;
const ALWAYS = -(2 ** 31);

/**
 * The integer thresholds of every output channel, exactly (see program.ts).
 * @param clip of the activation, which has n = `maxCode` steps
 * @param fatRelu x below this has code 0
 * @returns signs: -1 for channels whose sums are to be negated; thresholds: outputs x maxCode, ascending per channel
 */
export function codeThresholds(
  affine: Affine,
  clip: number,
  maxCode: number,
  fatRelu: number,
): { signs: Int8Array; thresholds: Int32Array } {
  const outputs = affine.bias.length;
  const signs = new Int8Array(outputs);
  const thresholds = new Int32Array(outputs * maxCode);
  const step = divide(rational(clip), rational(2 * maxCode));
  const bounds = Array.from({ length: maxCode }, (_, i) =>
    maximum(multiply(step, rational(2 * i + 1)), rational(fatRelu)),
  );
  const perSum = divide(
    multiply(rational(affine.clips[0]), rational(affine.clips[1])),
    rational(affine.divisor),
  );
  for (let o = 0; o < outputs; o++) {
    const gain = rational(affine.norm?.gain[o] ?? 1);
    const slope = multiply(gain, perSum);
    const offset = add(multiply(gain, rational(affine.bias[o]!)), rational(affine.norm?.offset[o] ?? 0));
    const negative = sign(slope) < 0;
    signs[o] = negative ? -1 : 1;
    bounds.forEach((bound, i) => {
      thresholds[o * maxCode + i] = leastSum(negative ? negate(slope) : slope, offset, bound);
    });
  }
  return { signs, thresholds };
}

/** The least integer S with slope S + offset >= bound, for slope >= 0, kept within int32. */
function leastSum(slope: Rational, offset: Rational, bound: Rational): number {
  const needed = add(bound, negate(offset));
  if (sign(slope) === 0) return sign(needed) <= 0 ? ALWAYS : NEVER;
  return Math.min(Math.max(Number(ceiling(divide(needed, slope))), ALWAYS), NEVER);
}
