import { UserError } from "../../base/errors.js";
import { type Layer, part, type Vector } from "./layers.js";
import { norm, ofLength, times } from "./vector.js";

/** The set of perturbations e that a measure allows, around 0. */
export interface Ball {
  /** The point at which a loss with this gradient is largest to first order: on the surface, or 0 if the gradient is. */
  steepest(gradient: Vector): Vector;
  /** The ball's nearest point in the direction of e: e itself if it is inside. */
  project(e: Vector): Vector;
}

/**
 * ||e / s|| <= rho over all weights together.
 * @param scale s by weight; default 1, for SAM's ball. |w| + eta gives ASAM's (arXiv 2102.11600)
 */
export function ball(rho: number, scale?: Vector): Ball {
  requireRadius("rho", rho);
  const scaled = (v: Vector, power: number) => (scale ? v.map((x, i) => x * scale[i]! ** power) : v);
  return {
    steepest: (gradient) => scaled(ofLength(scaled(gradient, 1), rho), 1),
    project(e) {
      const length = norm(scaled(e, -1));
      return length <= rho ? e : times(e, rho / length);
    },
  };
}

/** ||e_l|| <= radius_l in each layer. @param radii by layer */
export function layerBalls(layers: readonly Layer[], radii: readonly number[]): Ball {
  for (const radius of radii) requireRadius("radius", radius);
  const byLayer = (v: Vector, change: (own: Vector, radius: number) => Vector) => {
    const changed = new Float64Array(v.length);
    layers.forEach((layer, l) => {
      changed.set(change(part(v, layer), radii[l]!), layer.from);
    });
    return changed;
  };
  return {
    steepest: (gradient) => byLayer(gradient, ofLength),
    project: (e) => byLayer(e, (own, radius) => (norm(own) <= radius ? own : ofLength(own, radius))),
  };
}

function requireRadius(name: string, radius: number): void {
  if (!(radius >= 0 && Number.isFinite(radius)))
    throw new UserError(`${name} must be a finite number >= 0, got ${radius}`);
}
