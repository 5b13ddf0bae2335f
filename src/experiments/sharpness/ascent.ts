import { UserError } from "../../base/errors.js";
import { requireOptions } from "../../base/options.js";
import type { Ball } from "./balls.js";
import type { Vector } from "./layers.js";
import { plus } from "./vector.js";

/** A loss around fixed weights. */
export interface Surface {
  readonly weights: Vector;
  loss(weights: Vector): number;
  /** Of this loss, or of a smooth stand-in for it. */
  gradient(weights: Vector): Vector;
}

/** L(w + e) - L(w), with e the steepest point of the ball: SAM's sharpness (arXiv 2010.01412), or ASAM's. */
export function steepestRise({ weights, loss, gradient }: Surface, within: Ball): number {
  return loss(plus(weights, within.steepest(gradient(weights)))) - loss(weights);
}

/** What {@link ascendedRise} is told. */
export interface AscentOptions {
  /** Default 20. */
  readonly steps?: number;
  /** Where it begins; default 0, from which the steepest point is looked at too. */
  readonly start?: Vector;
}

/** All steps together are this many radii long, so that one can cross the ball and still turn. */
const REACH = 2.5;

/**
 * The largest L(w + e) - L(w) that gradient ascent meets in the ball: e <- project(e + (2.5 / steps) steepest(g(w + e))). Of a
 * point that is outside none is meant: the first one, e = start, counts too, so from 0 the rise is never negative.
 */
export function ascendedRise(
  { weights, loss, gradient }: Surface,
  within: Ball,
  options: AscentOptions = {},
): number {
  const { steps = 20, start } = requireOptions("ascendedRise", options, { steps: true, start: true });
  if (!(Number.isInteger(steps) && steps >= 1))
    throw new UserError(`steps must be a whole number of at least 1, got ${steps}`);
  const base = loss(weights);
  const rise = (e: Vector) => loss(plus(weights, e)) - base;
  let e = within.project(start ?? new Float64Array(weights.length));
  let largest = start ? rise(e) : 0;
  for (let step = 0; step < steps; step++) {
    const towards = within.steepest(gradient(plus(weights, e)));
    if (!start && step === 0) largest = Math.max(largest, rise(towards));
    e = within.project(plus(e, towards, REACH / steps));
    largest = Math.max(largest, rise(e));
  }
  return largest;
}
