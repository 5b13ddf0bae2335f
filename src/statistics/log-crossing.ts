/**
 * The smallest x at which a curve reaches a level, on a straight line over the logarithm of x between the points given.
 * @param xs ascending, above 0
 * @param ys of the curve at each of them
 * @returns 0 where the first point has reached the level already, Infinity where none has
 */
export function logCrossing(xs: ArrayLike<number>, ys: ArrayLike<number>, level: number): number {
  for (let i = 0; i < xs.length; i++) {
    if (!(ys[i]! >= level)) continue;
    if (i === 0) return 0;
    const share = (level - ys[i - 1]!) / (ys[i]! - ys[i - 1]!);
    return xs[i - 1]! * (xs[i]! / xs[i - 1]!) ** share;
  }
  return Infinity;
}
