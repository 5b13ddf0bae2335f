import type * as Tf from "@tensorflow/tfjs-core";
import type { z } from "zod";

/** TensorFlow's operations, as a kind is handed them: a study can then be read where no TensorFlow is installed. */
export type Operations = typeof Tf;

/** What an arm's sparsification does to tensors. */
export interface SparsityOnTensors {
  /** What stands at an activation node before its quantizer. Default: ReLU. */
  readonly rectify?: (x: Tf.Tensor) => Tf.Tensor;
  /**
   * What is added to the loss, of the rectified activations that weight layers read, before their quantizers: one tensor a
   * layer, the batch in front; differentiable. Default: nothing.
   */
  readonly penalty?: (activations: readonly Tf.Tensor[]) => Tf.Scalar;
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
  readonly onTensors: (own: Own, tf: Operations) => SparsityOnTensors;
}

/** The samples of a batch of activations. */
export function batchOf(activations: readonly Tf.Tensor[]): number {
  const batch = activations[0]?.shape[0];
  if (!batch)
    throw new RangeError("a sparsity penalty needs the activations of at least one layer and one sample");
  return batch;
}
