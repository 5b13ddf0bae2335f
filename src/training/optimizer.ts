import * as tf from "@tensorflow/tfjs-core";
import type { Tensors } from "../tensors/named.js";

/** Parameters and their velocities, by the same names. */
export interface OptimizerState {
  readonly parameters: Tensors;
  readonly velocity: Tensors;
}

/**
 * One step of stochastic gradient descent with Nesterov momentum (PyTorch's form): v' = m v + g, w' = w - lr (g + m v'),
 * where g includes weight decay. Gives new tensors; the caller disposes of the old.
 */
export function nesterovStep(
  { parameters, velocity }: OptimizerState,
  gradient: Tensors,
  {
    learningRate,
    momentum,
    weightDecay,
  }: { learningRate: number; momentum: number; weightDecay: (name: string) => number },
): OptimizerState {
  const next: Record<string, tf.Tensor> = {};
  const nextVelocity: Record<string, tf.Tensor> = {};
  for (const [name, w] of Object.entries(parameters)) {
    const decay = weightDecay(name);
    const g = decay > 0 ? tf.add(gradient[name]!, tf.mul(w, decay)) : gradient[name]!;
    const v = tf.add(tf.mul(velocity[name]!, momentum), g);
    nextVelocity[name] = v;
    next[name] = tf.sub(w, tf.mul(tf.add(g, tf.mul(v, momentum)), learningRate));
  }
  return { parameters: next, velocity: nextVelocity };
}

/** Half a cosine from `peak` at step 0 towards 0 at step `steps`. */
export function cosineSchedule(peak: number, step: number, steps: number): number {
  return (peak / 2) * (1 + Math.cos((Math.PI * step) / steps));
}
