import * as tf from "@tensorflow/tfjs-core";
import type { ImageDataset } from "../datasets/images.js";
import type { Checkpoint } from "../networks/checkpoints/checkpoint.js";
import type { Model } from "../networks/model.js";
import { unflatten } from "../networks/parameters.js";
import { toTensors } from "./arrays.js";
import { storedNormalization } from "./batch-norm.js";
import { imageTensor } from "./batches.js";
import { forward } from "./forward.js";

/** Images per forward pass. */
const BATCH = 500;

/** Predicted classes of a float network, one per index. */
export function classifyFloat(
  model: Model,
  checkpoint: Checkpoint,
  dataset: ImageDataset,
  indices: Uint32Array,
): Uint8Array {
  const classes = new Uint8Array(indices.length);
  tf.tidy(() => {
    const point = unflatten(model, checkpoint.parameters);
    const [weights, rest] = [toTensors(point.weights), toTensors(point.rest)];
    const normalize = storedNormalization(model, checkpoint.parameters, rest);
    for (let from = 0; from < indices.length; from += BATCH)
      tf.tidy(() => {
        const images = imageTensor(dataset, indices.subarray(from, from + BATCH));
        const logits = forward(model, weights, rest, images, (x) => tf.relu(x), normalize);
        classes.set(tf.argMax(logits, 1).dataSync(), from);
      });
  });
  return classes;
}
