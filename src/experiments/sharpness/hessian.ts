import { UserError } from "../../base/errors.js";
import { requireOptions } from "../../base/options.js";
import { stream } from "../../base/random/stream.js";
import type { Vector } from "./layers.js";
import { dot, norm, plus, randomSigns, times } from "./vector.js";

/** H v for a symmetric H, mostly a Hessian at fixed weights. */
export type Product = (v: Vector) => Vector;

/**
 * H v by central differences of a gradient, (g(w + h v) - g(w - h v)) / (2h), with h = step ||w|| / ||v||, so that `step` is
 * how far, relative to the weights, the gradient is asked. Right where the loss is smooth over that distance; a network
 * with kinks needs products of its own (docs/protocol.md section 6).
 * @param options.step default 1e-4: for gradients in float64; float32 needs about 1e-2
 */
export function centralDifferences(
  gradient: (weights: Vector) => Vector,
  weights: Vector,
  options: { step?: number } = {},
): Product {
  const { step = 1e-4 } = requireOptions("centralDifferences", options, { step: true });
  if (!(step > 0 && Number.isFinite(step)))
    throw new UserError(`step must be a finite number > 0, got ${step}`);
  const reach = step * (norm(weights) || 1);
  return (v) => {
    const length = norm(v);
    if (length === 0) return new Float64Array(v.length);
    const h = reach / length;
    const difference = plus(gradient(plus(weights, v, h)), gradient(plus(weights, v, -h)), -1);
    return times(difference, 1 / (2 * h));
  };
}

/**
 * How far a product is from that of a symmetric matrix: |u'Hv - v'Hu| relative to (||Hu|| + ||Hv||) / 2, the size that u'Hv has
 * for vectors of random signs; the largest over pairs of them from `stream(...key, pair)`. 0 is symmetric, 1 is noise.
 * @param options.pairs default 1
 */
export function asymmetry(
  product: Product,
  size: number,
  options: { pairs?: number; key: readonly (string | number)[] },
): number {
  const { pairs = 1, key } = requireOptions("asymmetry", options, { pairs: true, key: true });
  if (!(Number.isInteger(pairs) && pairs >= 1))
    throw new UserError(`pairs must be a whole number of at least 1, got ${pairs}`);
  let worst = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const draws = stream(...key, pair);
    const [u, v] = [randomSigns(size, draws), randomSigns(size, draws)];
    const [hu, hv] = [product(u), product(v)];
    const scale = (norm(hu) + norm(hv)) / 2;
    if (scale > 0) worst = Math.max(worst, Math.abs(dot(u, hv) - dot(v, hu)) / scale);
  }
  return worst;
}
