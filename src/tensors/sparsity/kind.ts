import * as tf from "@tensorflow/tfjs-core";
import type { z } from "zod";

/** What an arm's sparsification does to tensors. */
export interface SparsityOnTensors {
  /** What stands at an activation node before its quantizer. */
  readonly rectify: (x: tf.Tensor) => tf.Tensor;
  /** Whether that is a plain ReLU, which a quantizer's own clamp at 0 does too. */
  readonly isRelu: boolean;
  /**
   * What is added to the loss, of the rectified activations that weight layers read, before their quantizers: one tensor a
   * layer, the batch in front; differentiable. Null: nothing.
   */
  readonly penalty: ((activations: readonly tf.Tensor[]) => tf.Scalar) | null;
}

/**
 * One way to make activations sparse (docs/protocol.md section 2): all there is to know of it.
 * @typeParam Own its settings, told apart from others by `kind`
 */
export interface SparsificationKind<Own extends { readonly kind: string }> {
  readonly schema: z.ZodType<Own>;
  /** In the titles of arms. */
  readonly title: (own: Own) => string;
  /** The number that a selection can vary, and the settings with another value of it; null where there is none. */
  readonly knob: { readonly title: string; readonly with: (value: number) => Own } | null;
  /** Activations below this are 0 in the deployed network; 0 is ReLU. */
  readonly threshold: (own: Own) => number;
  readonly onTensors: (own: Own) => SparsityOnTensors;
}

/** ReLU without a penalty: what most kinds differ from in one thing. */
export const RELU: SparsityOnTensors = { rectify: (x) => tf.relu(x), isRelu: true, penalty: null };

/** The samples of a batch of activations. */
export function batchOf(activations: readonly tf.Tensor[]): number {
  const batch = activations[0]?.shape[0];
  if (!batch)
    throw new RangeError("a sparsity penalty needs the activations of at least one layer and one sample");
  return batch;
}
