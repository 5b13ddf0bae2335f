import { UserError } from "../../base/errors.js";
import { stream } from "../../base/random/stream.js";
import { type FaultModel, faultModel, PLAIN_FAULTS } from "../../faults/models.js";
import { smallRateMeans } from "../../faults/moments.js";
import type { Encoding } from "../../quantization/encodings.js";
import type { Surface } from "./ascent.js";
import type { Layer, Vector } from "./layers.js";
import type { CodedLayer } from "./predictor.js";
import { endToEnd, norm, ofLength, randomNormals } from "./vector.js";

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
  /** How codes are written into memory. */
  readonly encoding: Encoding;
  /** Random directions come from `stream(...key, index)`: those of all arms of a seed. */
  readonly key: readonly (string | number)[];
}

/** Names of directions; the number of a random one is free, and any fault model has one, not the plain ones only. */
export const DIRECTIONS: readonly string[] = ["random:<n>", "saq", ...PLAIN_FAULTS.map(({ id }) => id)];

/**
 * A direction as long as the weights, so that a step t along it perturbs them by t of their norm:
 *
 * - `random:<n>`: random, filter-normalised
 * - `saq`: the gradient, along which SAQ and SAM step
 * - the id of a fault model: the mean change of the weights under its faults, in the limit of small rates. It is the
 *   same direction at every rate where the mean is proportional to the rate: for plain faults in offset binary and two's
 *   complement, not in sign-magnitude and Gray code (`smallRateMeans`).
 *
 * @throws UserError for a name that is none of these, and for faults that on average move no weight at small rates
 */
export function namedDirection(name: string, source: DirectionSource): Vector {
  const { surface, layers, key } = source;
  const { weights, gradient } = surface;
  const random = /^random:(\d+)$/.exec(name);
  if (random) {
    const draws = stream(...key, Number(random[1]));
    return filterNormalized(randomNormals(weights.length, draws), weights, layers);
  }
  const length = norm(weights);
  return ofLength(name === "saq" ? gradient(weights) : faultDirection(name, source), length);
}

function faultDirection(name: string, { coded, encoding }: DirectionSource): Vector {
  const model = directionModel(name);
  const mean = endToEnd(
    coded.map(({ codes, clip, bits }) => smallRateMeans(codes, { clip, bits, model, encoding })),
  );
  if (norm(mean) > 0) return mean;
  throw new UserError(
    `direction ${name} is none: at small rates these faults move no weight of this network on average`,
  );
}

function directionModel(name: string): FaultModel {
  try {
    return faultModel(name);
  } catch (error) {
    throw new UserError(
      `a direction must be one of ${DIRECTIONS.join(", ")} or another fault model, got ${name}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
