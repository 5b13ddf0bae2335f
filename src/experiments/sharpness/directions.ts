import { UserError } from "../../base/errors.js";
import { stream } from "../../base/random/stream.js";
import { faultModel } from "../../faults/models.js";
import type { Surface } from "./ascent.js";
import type { Layer, Vector } from "./layers.js";
import { type CodedLayer, unitMoments } from "./predictor.js";
import { norm, ofLength, randomNormals } from "./vector.js";

/**
 * A direction whose filters are as long as those of the weights: d_f ||w_f|| / ||d_f|| (arXiv 1712.09913). A filter is what
 * makes one output: the last dimension of a layer's weights counts them.
 */
export function filterNormalized(direction: Vector, weights: Vector, layers: readonly Layer[]): Vector {
  const scaled = direction.slice();
  for (const { from, to, shape } of layers) {
    const filters = shape.at(-1)!;
    for (let filter = 0; filter < filters; filter++) {
      let [own, other] = [0, 0];
      for (let i = from + filter; i < to; i += filters) {
        own += direction[i]! ** 2;
        other += weights[i]! ** 2;
      }
      const factor = own === 0 ? 0 : Math.sqrt(other / own);
      for (let i = from + filter; i < to; i += filters) scaled[i]! *= factor;
    }
  }
  return scaled;
}

/** What directions are made of. */
export interface DirectionSource {
  readonly surface: Surface;
  readonly layers: readonly Layer[];
  /** The network's codes: what faults strike. */
  readonly coded: readonly CodedLayer[];
  /** Random directions come from `stream(...key, index)`: those of all arms of a seed. */
  readonly key: readonly (string | number)[];
}

/** Names of the directions that there are; the number of a random one is free. */
export const DIRECTIONS = ["random:<n>", "saq", "flip", "sa0", "sa1"] as const;

/**
 * A direction as long as the weights, so that a step t along it perturbs them by t of their norm:
 *
 * - `random:<n>`: random, filter-normalised
 * - `saq`: the gradient, along which SAQ and SAM step
 * - `flip`, `sa0`, `sa1`: the mean change of the weights under faults, which is the same direction at every rate
 */
export function namedDirection(name: string, { surface, layers, coded, key }: DirectionSource): Vector {
  const { weights, gradient } = surface;
  const random = /^random:(\d+)$/.exec(name);
  if (random) {
    const draws = stream(...key, Number(random[1]));
    return filterNormalized(randomNormals(weights.length, draws), weights, layers);
  }
  const length = norm(weights);
  if (name === "saq") return ofLength(gradient(weights), length);
  if (name === "flip" || name === "sa0" || name === "sa1")
    return ofLength(unitMoments(coded, faultModel(name)).mean, length);
  throw new UserError(`a direction must be one of ${DIRECTIONS.join(", ")}, got ${name}`);
}
