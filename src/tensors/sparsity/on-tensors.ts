import * as tf from "@tensorflow/tfjs-core";
import type { SparsityOnTensors } from "./kind.js";
import { type Sparsification, sparsificationKind } from "./table.js";

/** What a sparsification does to tensors. */
export function sparsityOnTensors(own: Sparsification): SparsityOnTensors {
  return sparsificationKind(own).onTensors(own, tf);
}

/** (1/B) sum over layers and units of |x|. */
export function l1Penalty(activations: readonly tf.Tensor[]): tf.Scalar {
  return sparsityOnTensors({ kind: "l1", alpha: 1 }).penalty!(activations);
}

/** (sum |x|)^2 / sum x^2, averaged over samples and layers. */
export function hoyerPenalty(activations: readonly tf.Tensor[]): tf.Scalar {
  return sparsityOnTensors({ kind: "hoyer", alpha: 1 }).penalty!(activations);
}

/** x where x >= threshold, else 0. */
export function fatRelu(x: tf.Tensor, threshold: number): tf.Tensor {
  if (!(threshold >= 0 && Number.isFinite(threshold)))
    throw new RangeError(`threshold must be a finite number >= 0, got ${threshold}`);
  return sparsityOnTensors({ kind: "fatrelu", threshold }).rectify!(x);
}
