import { centred, dot, pearson, ranksOf, requireAsMany, requireFinite } from "./rank-correlation.js";

/** Below this share of its own size, what is left of a list is rounding. */
const TINY = 1e-10;

/**
 * Spearman's correlation of x and y given other quantities: the correlation of what least squares on the ranks of the others
 * leaves of the ranks of x and y. NaN where nothing is left of one of them, or no degree of freedom
 * (n - 2 - others < 1).
 */
export function partialSpearman(
  x: readonly number[],
  y: readonly number[],
  others: readonly (readonly number[])[],
): number {
  requireFinite(x, y, ...others);
  for (const other of [y, ...others]) requireAsMany(x, other);
  if (x.length - 2 - others.length < 1) return NaN;
  const basis: number[][] = [];
  // Gram and Schmidt: what each of the others adds to those before it
  for (const other of others) {
    const rest = without(centred(ranksOf(other)), basis);
    if (rest) basis.push(rest);
  }
  const [left, right] = [without(centred(ranksOf(x)), basis), without(centred(ranksOf(y)), basis)];
  return left && right ? pearson(left, right) : NaN;
}

/** What of `values` is orthogonal to the basis, to which each vector is orthogonal; undefined if that is nothing. */
function without(values: readonly number[], basis: readonly (readonly number[])[]): number[] | undefined {
  let rest = [...values];
  for (const b of basis) {
    const factor = dot(rest, b) / dot(b, b);
    rest = rest.map((value, i) => value - factor * b[i]!);
  }
  return dot(rest, rest) > TINY * dot(values, values) ? rest : undefined;
}
