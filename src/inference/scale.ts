/**
 * The fast way from sums to codes: one multiplication and one addition of floating-point numbers, rounded to the nearest
 * integer. It is used only where it is shown here to give what the thresholds give, for every sum that can occur.
 */

/** What the kernels compute in. */
export interface Precision {
  /** The nearest number that it has. */
  readonly round: (x: number) => number;
  /** Adding this leaves the nearest integer (ties to even) of a number within the bound in its low bits. */
  readonly magic: number;
  readonly bound: number;
  /** Integers below this are held exactly. */
  readonly exact: number;
}

/** Float32: right for codes of few bits. The bound leaves a bit of room. */
export const SINGLE: Precision = { round: Math.fround, magic: 1.5 * 2 ** 23, bound: 2 ** 21, exact: 2 ** 24 };

/** Float64, of which the low 32 bits are read: half as fast, right for all codes whose thresholds lie on a line. */
export const DOUBLE: Precision = { round: (x) => x, magic: 1.5 * 2 ** 52, bound: 2 ** 30, exact: 2 ** 53 };

/** The code, before it is clamped, as the kernel computes it. */
export function scaledCode(
  sum: number,
  { scale, offset }: Line,
  { round, magic }: Precision = SINGLE,
): number {
  return round(round(round(sum * scale) + offset) + magic) - magic;
}

/** Codes before rounding: sum * scale + offset. */
interface Line {
  readonly scale: number;
  readonly offset: number;
}

/**
 * A scale and an offset of this precision that reproduce the thresholds of one channel, or null if none was found.
 * @param thresholds T_1..T_n, ascending
 * @param hint the real numbers in steps that the thresholds come from: sum * scale + offset
 * @param largest no sum is beyond +-largest
 */
export function reproducingScale(
  thresholds: Int32Array,
  hint: Line,
  largest: number,
  precision: Precision = SINGLE,
): Line | null {
  const { round, bound, exact } = precision;
  const scale = round(hint.scale);
  if (!(largest < exact && largest * scale + Math.abs(hint.offset) < bound)) return null;
  // Room to move the offset up before T_j - 1 reaches code j, and down before T_j falls short of it.
  let up = 1;
  let down = 1;
  thresholds.forEach((threshold, i) => {
    if (Math.abs(threshold) > largest) return;
    const x = threshold * hint.scale + hint.offset - (i + 0.5);
    down = Math.min(down, x);
    up = Math.min(up, hint.scale - x);
  });
  const line = { scale, offset: round(hint.offset + (up - down) / 2) };
  const codeOf = (sum: number) => scaledCode(Math.min(Math.max(sum, -largest), largest), line, precision);
  // A product with a positive number and roundings are monotone: right on both sides of every threshold is right everywhere.
  const reproduces = thresholds.every((threshold, i) => {
    const reached = threshold > largest || codeOf(threshold) >= i + 1;
    const notBefore = threshold <= -largest || codeOf(threshold - 1) <= i;
    return reached && notBefore;
  });
  return reproduces ? line : null;
}
