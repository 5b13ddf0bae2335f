import { UserError } from "../../base/errors.js";
import { requireOptions } from "../../base/options.js";
import { stream } from "../../base/random/stream.js";
import { ascendedRise, type Surface } from "./ascent.js";
import { layerBalls } from "./balls.js";
import { type Estimate, estimate } from "./hutchinson.js";
import { type Layer, part, type Vector } from "./layers.js";
import { norm, ofLength, plus, randomNormals } from "./vector.js";

/** A direction that is uniform on the unit sphere of each layer, from `stream(...key)`. */
export function layerDirection(layers: readonly Layer[], key: readonly (string | number)[]): Vector {
  const direction = new Float64Array(layers.at(-1)?.to ?? 0);
  const draws = stream(...key);
  for (const layer of layers)
    direction.set(ofLength(randomNormals(layer.to - layer.from, draws), 1), layer.from);
  return direction;
}

/** xi ||w_l|| by layer. */
export function relativeRadii(layers: readonly Layer[], weights: Vector, xi: number): number[] {
  return layers.map((layer) => xi * norm(part(weights, layer)));
}

/**
 * Average-case flatness (arXiv 2104.04448): the mean of L(w + u) - L(w) for u uniform on the sphere of each layer's radius.
 * @param radii one list, by layer, for each estimate wanted; all have the same directions
 * @param options.samples directions; direction i is `layerDirection` of `[...key, i]`
 */
export function averageRises(
  { weights, loss }: Pick<Surface, "weights" | "loss">,
  layers: readonly Layer[],
  radii: readonly (readonly number[])[],
  options: { samples: number; key: readonly (string | number)[] },
): Estimate[] {
  const { samples, key } = requireOptions("averageRises", options, { samples: true, key: true });
  if (!(Number.isInteger(samples) && samples >= 1))
    throw new UserError(`samples must be a whole number of at least 1, got ${samples}`);
  const base = loss(weights);
  const rises = radii.map(() => [] as number[]);
  for (let sample = 0; sample < samples; sample++) {
    const direction = layerDirection(layers, [...key, sample]);
    radii.forEach((byLayer, i) => {
      rises[i]!.push(loss(plus(weights, scaled(direction, layers, byLayer))) - base);
    });
  }
  return rises.map(estimate);
}

/**
 * Worst-case flatness (arXiv 2104.04448): the largest rise in the balls of each layer's radius that gradient ascent finds from
 * several random points on their surface.
 * @param options.restarts start i is `layerDirection` of `[...key, i]`
 */
export function worstRise(
  surface: Surface,
  layers: readonly Layer[],
  radii: readonly number[],
  options: { restarts: number; steps: number; key: readonly (string | number)[] },
): number {
  const keys = { restarts: true, steps: true, key: true } as const;
  const { restarts, steps, key } = requireOptions("worstRise", options, keys);
  if (!(Number.isInteger(restarts) && restarts >= 1))
    throw new UserError(`restarts must be a whole number of at least 1, got ${restarts}`);
  const within = layerBalls(layers, radii);
  const rises = Array.from({ length: restarts }, (_, restart) => {
    const start = scaled(layerDirection(layers, [...key, restart]), layers, radii);
    return ascendedRise(surface, within, { steps, start });
  });
  return Math.max(...rises);
}

function scaled(v: Vector, layers: readonly Layer[], factors: readonly number[]): Vector {
  const product = v.slice();
  layers.forEach(({ from, to }, l) => {
    for (let i = from; i < to; i++) product[i]! *= factors[l]!;
  });
  return product;
}
