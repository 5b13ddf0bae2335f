import * as tf from "@tensorflow/tfjs-core";
import { type ImageDataset, requireImagesOf } from "../datasets/images.js";
import { toTensors } from "../tensors/arrays.js";
import { imageTensor } from "../tensors/batches.js";
import { type Activation, forward } from "../tensors/forward.js";
import { quantizeActivations } from "../tensors/quantization.js";
import { fatRelu } from "../tensors/sparsity/index.js";

import type { Classifier } from "./classifier.js";
import { type DeployedNetwork, quantizedWeights } from "./deploy.js";

/** Images per forward pass: measured fastest, and small enough to stay in cache. */
const BATCH = 500;

/**
 * Evaluates a deployed network in TensorFlow, on weights decoded from codes.
 * @param indices which images, in which order
 */
export function tensorClassifier(
  network: DeployedNetwork,
  data: ImageDataset,
  indices: Uint32Array,
): Classifier {
  requireImagesOf(network.model, data);
  const inputs: tf.Tensor4D[] = [];
  for (let from = 0; from < indices.length; from += BATCH)
    inputs.push(imageTensor(data, indices.subarray(from, from + BATCH)));
  const fixed = fixedTensors(network);
  return {
    classify(codes) {
      const classes = new Uint8Array(indices.length);
      tf.tidy(() => {
        const weights = toTensors(quantizedWeights(network, codes));
        inputs.forEach((images, i) => {
          // its own tidy: of a deep network, what all batches leave behind is many gigabytes
          tf.tidy(() => {
            const logits = forward(network.model, weights, fixed, images, deployedActivation(network, fixed));
            classes.set(tf.argMax(logits, 1).dataSync(), i * BATCH);
          });
        });
      });
      return classes;
    },
    dispose() {
      tf.dispose([inputs, fixed]);
    },
  };
}

/** All of a deployed network that faults leave alone, by the names that `forward` reads: biases, clips, batch norm. */
export function fixedTensors({
  layers,
  activationClips,
  norms = {},
}: DeployedNetwork): Record<string, tf.Tensor> {
  return Object.fromEntries([
    ...layers.map(({ name, bias }) => [`${name}.bias`, tf.tensor1d(bias)] as const),
    ...Object.entries(activationClips).map(([name, clip]) => [`${name}.clip`, tf.scalar(clip)] as const),
    ...Object.entries(norms).flatMap(([name, { gain, offset }]) => [
      [`${name}.gain`, tf.tensor1d(Float32Array.from(gain))] as const,
      [`${name}.offset`, tf.tensor1d(Float32Array.from(offset))] as const,
    ]),
  ]);
}

/** Rectifies and quantizes as the deployed network does. */
export function deployedActivation(network: DeployedNetwork, fixed: Record<string, tf.Tensor>): Activation {
  return (x, node) => {
    const rectified = network.threshold > 0 ? fatRelu(x, network.threshold) : x;
    return quantizeActivations(rectified, fixed[`${node}.clip`]!, network.bits.activations);
  };
}
