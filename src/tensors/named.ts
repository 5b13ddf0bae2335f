import type * as tf from "@tensorflow/tfjs-core";

/** Tensors by name. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Gives names to a list of tensors. */
export function nameTensors(
  names: readonly string[],
  tensors: readonly tf.Tensor[],
): Record<string, tf.Tensor> {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
}
