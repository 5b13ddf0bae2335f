import * as tf from "@tensorflow/tfjs-core";
import type { Sparsification } from "../sparsity/penalties.js";

/**
 * Penalties that make activations sparse (docs/protocol.md section 2). Each takes the non-negative activations that weight
 * layers read, before the activation quantizer, one tensor a layer with the batch in front; all are differentiable.
 */

/** (1/B) sum over layers and units of |x| (Georgiadis, arXiv 1812.04056); to be multiplied by alpha. */
export function l1Penalty(activations: readonly tf.Tensor[]): tf.Scalar {
  const batch = batchOf(activations);
  // the activations are >= 0, so |x| = x, whose gradient costs nothing
  return tf.div(tf.addN(activations.map((x) => tf.sum(x))), batch) as tf.Scalar;
}

/**
 * Hoyer's (sum |x|)^2 / sum x^2 per sample and layer, between 1 (one unit active) and the number of units (all equal),
 * averaged over both; 0 where no unit is active. Does not change when activations are scaled.
 */
export function hoyerPenalty(activations: readonly tf.Tensor[]): tf.Scalar {
  const batch = batchOf(activations);
  const tiny = 1e-12; // a sample with no active unit counts 0, with gradient 0
  const layers = activations.map((x) => {
    const units = tf.reshape(x, [batch, -1]);
    return tf.mean(tf.div(tf.square(tf.sum(units, 1)), tf.add(tf.sum(tf.square(units), 1), tiny)));
  });
  return tf.div(tf.addN(layers), activations.length) as tf.Scalar;
}

/** FATReLU: x where x >= threshold, else 0; the gradient passes where x does. */
export function fatRelu(x: tf.Tensor, threshold: number): tf.Tensor {
  if (!(threshold >= 0 && Number.isFinite(threshold)))
    throw new RangeError(`threshold must be a finite number >= 0, got ${threshold}`);
  return tf.mul(tf.relu(x), tf.cast(tf.greaterEqual(x, threshold), "float32"));
}

/** What an arm's sparsification does to tensors. */
export interface SparsityOnTensors {
  /** What stands at an activation node before its quantizer. */
  readonly rectify: (x: tf.Tensor) => tf.Tensor;
  /** Whether that is a plain ReLU, which a quantizer's own clamp at 0 does too. */
  readonly isRelu: boolean;
  /** What is added to the loss, of the rectified activations by layer; null: nothing. */
  readonly penalty: ((activations: readonly tf.Tensor[]) => tf.Scalar) | null;
}

type Kind = Sparsification["kind"];
type Of<K extends Kind> = Extract<Sparsification, { kind: K }>;

const plain = { rectify: (x: tf.Tensor) => tf.relu(x), isRelu: true, penalty: null };

/** Every kind: a missing one does not compile. */
const ON_TENSORS: { readonly [K in Kind]: (own: Of<K>) => SparsityOnTensors } = {
  none: () => plain,
  l1: ({ alpha }) => ({ ...plain, penalty: (x) => tf.mul(l1Penalty(x), alpha) }),
  hoyer: ({ alpha }) => ({ ...plain, penalty: (x) => tf.mul(hoyerPenalty(x), alpha) }),
  fatrelu: ({ threshold }) => ({ rectify: (x) => fatRelu(x, threshold), isRelu: false, penalty: null }),
};

/** What a sparsification does to tensors. */
export function sparsityOnTensors<K extends Kind>(own: Of<K>): SparsityOnTensors {
  return (ON_TENSORS[own.kind] as (own: Of<K>) => SparsityOnTensors)(own);
}

function batchOf(activations: readonly tf.Tensor[]): number {
  const batch = activations[0]?.shape[0];
  if (!batch)
    throw new RangeError("a sparsity penalty needs the activations of at least one layer and one sample");
  return batch;
}
