import * as tf from "@tensorflow/tfjs-core";
import { mapTensors, type Tensors } from "../tensors/named.js";
import { tidy } from "../tensors/tidy.js";

export type PerturbationRule = "saq" | "asam" | "sam-latent" | "sam-requantized";

/** The step of the ascent, e, by the names of the tensors it moves. */
export interface Perturbation {
  readonly weights: Tensors;
  readonly rest: Tensors;
}

/** Keeps a zero gradient from dividing by zero. */
const TINY = 1e-12;
/** ASAM's eta: how far a weight of size zero may move, relative to others. */
const ASAM_ETA = 0.01;

/**
 * e = rho g / (||g|| + 1e-12) with one norm over all tensors; for ASAM e = rho s^2 g / (||s g|| + 1e-12), where
 * s = |w| + 0.01 for weights and 1 for the rest.
 * @param quantized the weights Q(w) that ASAM's scale is taken from
 */
export function perturb(
  gradient: { readonly weights: Tensors; readonly rest: Tensors },
  quantized: Tensors,
  { rule, rho }: { readonly rule: PerturbationRule; readonly rho: number },
): Perturbation {
  return tidy(() => {
    const scale = (name: string) =>
      rule === "asam" ? tf.add(tf.abs(quantized[name]!), ASAM_ETA) : undefined;
    const scaledWeights = mapTensors(gradient.weights, (g, name) => times(g, scale(name)));
    const squares = [...Object.values(scaledWeights), ...Object.values(gradient.rest)].map((g) =>
      tf.sum(tf.square(g)),
    );
    const factor = tf.div(rho, tf.add(tf.sqrt(tf.addN(squares)), TINY));
    return {
      weights: mapTensors(scaledWeights, (g, name) => tf.mul(times(g, scale(name)), factor)),
      rest: mapTensors(gradient.rest, (g) => tf.mul(g, factor)),
    };
  });
}

/** Every tensor plus its step. */
export function addPerturbation(tensors: Tensors, steps: Tensors): Record<string, tf.Tensor> {
  return mapTensors(tensors, (x, name) => tf.add(x, steps[name]!));
}

/** ||e||_2 over all that is moved. */
export function perturbationNorm({ weights, rest }: Perturbation): tf.Scalar {
  return tidy(() =>
    tf.sqrt(tf.addN([...Object.values(weights), ...Object.values(rest)].map((e) => tf.sum(tf.square(e))))),
  ) as tf.Scalar;
}

function times(x: tf.Tensor, scale: tf.Tensor | undefined): tf.Tensor {
  return scale ? tf.mul(x, scale) : x;
}
