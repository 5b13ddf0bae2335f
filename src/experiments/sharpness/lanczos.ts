import { UserError } from "../../base/errors.js";
import { requireOptions } from "../../base/options.js";
import type { Stream } from "../../base/random/stream.js";
import type { Product } from "./hessian.js";
import type { Vector } from "./layers.js";
import { symmetricEigen } from "./symmetric-eigen.js";
import { dot, norm, ofLength, plus, randomNormals } from "./vector.js";

/** The largest eigenvalues of a symmetric matrix. */
export interface TopEigenvalues {
  /** Descending; fewer than asked for if the matrix is smaller. */
  readonly values: readonly number[];
  /** For each: some eigenvalue of the matrix lies within this of it. */
  readonly bounds: readonly number[];
  /** Products that were needed. */
  readonly products: number;
}

/** What {@link topEigenvalues} is told. */
export interface LanczosOptions {
  /** How many eigenvalues; default 1. */
  readonly count?: number;
  /** Done when every bound is below this share of the largest magnitude; default 1e-3. */
  readonly tolerance?: number;
  /** The most products; default 100. */
  readonly most?: number;
  /** Where the first vector is drawn from. */
  readonly draws: Stream;
}

/**
 * The largest eigenvalues by Lanczos's method, every vector made orthogonal to all before it, twice, so that rounding leaves no
 * eigenvalue twice (as PyHessian, arXiv 1912.07145, without its deflation).
 */
export function topEigenvalues(product: Product, size: number, options: LanczosOptions): TopEigenvalues {
  const keys = { count: true, tolerance: true, most: true, draws: true } as const;
  const { count = 1, tolerance = 1e-3, most = 100, draws } = requireOptions("topEigenvalues", options, keys);
  for (const [name, value] of Object.entries({ size, count, most }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new UserError(`${name} must be a whole number of at least 1, got ${value}`);
  const basis: Vector[] = [];
  const diagonal: number[] = [];
  const beside: number[] = [];
  let next = ofLength(randomNormals(size, draws), 1);
  for (;;) {
    basis.push(next);
    let rest = product(next);
    diagonal.push(dot(next, rest));
    const scale = norm(rest);
    for (let pass = 0; pass < 2; pass++) for (const v of basis) rest = plus(rest, v, -dot(rest, v));
    const length = norm(rest);
    const found = eigenvaluesOf(diagonal, beside, length, count);
    // nothing is left: the vectors span all that the product makes of the first one
    const spent = length <= 1e-12 * scale || basis.length === size;
    const largest = Math.max(...found.values.map(Math.abs));
    const isPrecise =
      found.values.length === count && found.bounds.every((bound) => bound <= tolerance * largest);
    if (spent || isPrecise || basis.length >= most) return { ...found, products: basis.length };
    beside.push(length);
    next = ofLength(rest, 1);
  }
}

/** Of the tridiagonal matrix so far; each bound is the last component of the eigenvector times the length of what is left. */
function eigenvaluesOf(diagonal: readonly number[], beside: readonly number[], left: number, count: number) {
  const matrix = diagonal.map((d, i) =>
    diagonal.map((_, j) => (i === j ? d : Math.abs(i - j) === 1 ? beside[Math.min(i, j)]! : 0)),
  );
  const { values, vectors } = symmetricEigen(matrix);
  return {
    values: values.slice(-count).reverse(),
    bounds: vectors
      .slice(-count)
      .reverse()
      .map((vector) => Math.abs(left * vector.at(-1)!)),
  };
}
