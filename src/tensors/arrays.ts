import * as tf from "@tensorflow/tfjs-core";
import type { Array32, Arrays } from "../base/arrays.js";
import type { Tensors } from "./named.js";

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
export function toTensors(arrays: Arrays): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape], "float32")]),
  );
}
