import type * as tf from "@tensorflow/tfjs-core";

/** Tensors by name. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Applies `f` to each tensor, keeping the names and their order. */
export function mapTensors(
  tensors: Tensors,
  f: (x: tf.Tensor, name: string) => tf.Tensor,
): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, f(x, name)]));
}

/** Gives names to a list of tensors. */
export function nameTensors(
  names: readonly string[],
  tensors: readonly tf.Tensor[],
): Record<string, tf.Tensor> {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
}
