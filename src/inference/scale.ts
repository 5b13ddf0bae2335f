/**
 * The fast way from sums to codes: one multiplication and one addition in float32, rounded to the nearest integer. It is
 * used only where it is shown here to give what the thresholds give, for every sum that can occur.
 */

/** Adding 1.5 * 2^23 leaves the nearest integer (ties to even) of a float32 below 2^22 in its low bits. */
const MAGIC = 12582912;

/** The code, before it is clamped, as the kernel computes it. */
export function scaledCode(sum: number, scale: number, offset: number): number {
  return Math.fround(Math.fround(Math.fround(sum * scale) + offset) + MAGIC) - MAGIC;
}

/**
 * A float32 scale and offset that reproduce the thresholds of one channel, or null if none was found.
 * @param thresholds T_1..T_n, ascending
 * @param hint the real numbers in steps that the thresholds come from: sum * scale + offset
 * @param largest no sum is beyond +-largest
 */
export function reproducingScale(
  thresholds: Int32Array,
  hint: { scale: number; offset: number },
  largest: number,
): { scale: number; offset: number } | null {
  const scale = Math.fround(hint.scale);
  // Float32 holds integers below 2^24, and the trick above numbers below 2^22.
  if (!(largest < 2 ** 24 && largest * scale + Math.abs(hint.offset) < 2 ** 21)) return null;
  // Room to move the offset up before T_j - 1 reaches code j, and down before T_j falls short of it.
  let up = 1;
  let down = 1;
  thresholds.forEach((threshold, i) => {
    if (Math.abs(threshold) > largest) return;
    const x = threshold * hint.scale + hint.offset - (i + 0.5);
    down = Math.min(down, x);
    up = Math.min(up, hint.scale - x);
  });
  const offset = Math.fround(hint.offset + (up - down) / 2);
  // A product with a positive number and roundings are monotone: right on both sides of every threshold is right everywhere.
  const reproduces = thresholds.every((threshold, i) => {
    const reached = threshold > largest || scaledCode(Math.max(threshold, -largest), scale, offset) >= i + 1;
    const notBefore =
      threshold <= -largest || scaledCode(Math.min(threshold - 1, largest), scale, offset) <= i;
    return reached && notBefore;
  });
  return reproduces ? { scale, offset } : null;
}
