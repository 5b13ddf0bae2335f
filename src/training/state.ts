import * as tf from "@tensorflow/tfjs-core";
import type { Array32 } from "../checkpoints/checkpoint.js";
import type { Tensors } from "../tensors/named.js";

/** Copies tensors out, by name. */
export function fromTensors(tensors: Tensors): Record<string, Array32> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, x]) => [
      name,
      { shape: x.shape, data: x.dataSync() as Float32Array },
    ]),
  );
}

/** Copies arrays in, by name. */
export function toTensors(arrays: Readonly<Record<string, Array32>>): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape], "float32")]),
  );
}
