import * as tf from "@tensorflow/tfjs-core";
import { requireOptions } from "../base/options.js";
import { stream } from "../base/random/index.js";
import type { ImageDataset } from "../datasets/images.js";

/** One batch: images [batch, height, width, channels] in [0, 1] and one-hot labels [batch, classes]. */
export interface Batch {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor2D;
}

const UNIT = Float32Array.from({ length: 256 }, (_, pixel) => pixel / 255);

/** The images at `indices` as a tensor [count, height, width, channels] in [0, 1]. */
export function imageTensor(data: ImageDataset, indices: Uint32Array): tf.Tensor4D {
  const size = data.height * data.width * data.channels;
  const pixels = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * size;
    for (let j = 0; j < size; j++) pixels[i * size + j] = UNIT[data.images[from + j]!]!;
  }
  return tf.tensor4d(pixels, [indices.length, data.height, data.width, data.channels]);
}

/** The images and one-hot labels at `indices`. */
export function batchAt(data: ImageDataset, indices: Uint32Array, classes: number): Batch {
  const oneHot = new Float32Array(indices.length * classes);
  for (let i = 0; i < indices.length; i++) oneHot[i * classes + data.labels[indices[i]!]!] = 1;
  return { images: imageTensor(data, indices), labels: tf.tensor2d(oneHot, [indices.length, classes]) };
}

/**
 * The batches of one epoch: a keyed shuffle of `pool`, cut in pieces of `size`, the last partial one dropped. The key
 * names no arm, so that every arm of a seed sees the same batches.
 */
export function epochBatches(
  pool: Uint32Array,
  size: number,
  key: { study: string; phase: string; seed: number; epoch: number },
): Uint32Array[] {
  requireOptions("epochBatches", key, { study: true, phase: true, seed: true, epoch: true });
  if (!(Number.isInteger(size) && size > 0 && size <= pool.length))
    throw new RangeError(
      `batch size must be a whole number from 1 to the ${pool.length} images there are, got ${size}`,
    );
  const order = stream(key.study, "batches", key.phase, key.seed, key.epoch).shuffle(pool.length);
  const batches: Uint32Array[] = [];
  for (let from = 0; from + size <= pool.length; from += size)
    batches.push(order.subarray(from, from + size).map((i) => pool[i]!));
  return batches;
}
