import { type Arrays, mapArrays } from "../base/arrays.js";
import { dictionary } from "../base/dictionary.js";
import { UserError } from "../base/errors.js";
import { requireOptions, shown } from "../base/options.js";

/** Parameters and their velocities, by the same names. */
export interface OptimizerState {
  readonly parameters: Arrays;
  readonly velocity: Arrays;
}

/**
 * One step of stochastic gradient descent with Nesterov momentum (PyTorch's form): v' = m v + g, w' = w - lr (g + m v'),
 * where g includes weight decay. A parameter without a gradient stays as it is. Each formula is evaluated in float64 and rounded once to float32.
 */
export function nesterovStep(
  { parameters, velocity }: OptimizerState,
  gradient: Arrays,
  options: {
    learningRate: number;
    momentum: number;
    weightDecay: (name: string) => number;
    /** Factor of the learning rate of a parameter. Default: 1. */
    rateFactor?: (name: string) => number;
  },
): OptimizerState {
  const keys = { learningRate: true, momentum: true, weightDecay: true, rateFactor: true } as const;
  const { learningRate, momentum, weightDecay, rateFactor } = requireOptions("nesterovStep", options, keys);
  for (const [name, value] of Object.entries({ learningRate, momentum }))
    if (!(value >= 0 && value < Infinity))
      throw new UserError(`${name} must be a finite number of at least 0, got ${shown(value)}`);
  const nextVelocity = dictionary<Arrays[string]>();
  const next = mapArrays(parameters, (w, name) => {
    const v = velocity[name]!.data;
    const g = gradient[name]?.data;
    if (!g) {
      nextVelocity[name] = velocity[name]!;
      return w;
    }
    const decay = weightDecay(name);
    const rate = learningRate * (rateFactor?.(name) ?? 1);
    const moved = new Float32Array(w.length);
    const movedVelocity = new Float32Array(w.length);
    for (let i = 0; i < w.length; i++) {
      const slope = g[i]! + decay * w[i]!;
      movedVelocity[i] = momentum * v[i]! + slope;
      moved[i] = w[i]! - rate * (slope + momentum * movedVelocity[i]!);
    }
    nextVelocity[name] = { shape: parameters[name]!.shape, data: movedVelocity };
    return moved;
  });
  return { parameters: next, velocity: nextVelocity };
}

/** Half a cosine from `peak` at step 0 towards 0 at step `steps`. */
export function cosineSchedule(peak: number, step: number, steps: number): number {
  return (peak / 2) * (1 + Math.cos((Math.PI * step) / steps));
}

/** A straight line up to `peak` over the first `rise` steps, then half a cosine towards 0 at step `steps`: a one-cycle schedule. */
export function oneCycleSchedule(
  peak: number,
  step: number,
  { rise, steps }: { readonly rise: number; readonly steps: number },
): number {
  return step < rise ? (peak * (step + 1)) / (rise + 1) : cosineSchedule(peak, step - rise, steps - rise);
}
