import * as tf from "@tensorflow/tfjs-core";
import type { ImageDataset } from "../datasets/images.js";
import { weightValues } from "../quantization/index.js";
import { quantizeActivations } from "../quantization/tensor.js";
import { fatRelu } from "../sparsity/tensor.js";
import { imageTensor } from "../training/batches.js";
import { type Activation, forward } from "../training/forward.js";
import type { Classifier } from "./classifier.js";
import type { Codes, DeployedNetwork } from "./deploy.js";

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
  const inputs: tf.Tensor4D[] = [];
  for (let from = 0; from < indices.length; from += BATCH)
    inputs.push(imageTensor(data, indices.subarray(from, from + BATCH)));
  const fixed = fixedTensors(network);
  return {
    classify(codes) {
      const classes = new Uint8Array(indices.length);
      tf.tidy(() => {
        const weights = decode(network, codes);
        inputs.forEach((images, i) => {
          const logits = forward(network.model, weights, fixed, images, deployedActivation(network, fixed));
          classes.set(tf.argMax(logits, 1).dataSync(), i * BATCH);
        });
      });
      return classes;
    },
    dispose() {
      tf.dispose([inputs, fixed]);
    },
  };
}

function fixedTensors({ layers, activationClips, norms = {} }: DeployedNetwork): Record<string, tf.Tensor> {
  return Object.fromEntries([
    ...layers.map(({ name, bias }) => [`${name}.bias`, tf.tensor1d(bias)] as const),
    ...Object.entries(activationClips).map(([name, clip]) => [`${name}.clip`, tf.scalar(clip)] as const),
    ...Object.entries(norms).flatMap(([name, { gain, offset }]) => [
      [`${name}.gain`, tf.tensor1d(Float32Array.from(gain))] as const,
      [`${name}.offset`, tf.tensor1d(Float32Array.from(offset))] as const,
    ]),
  ]);
}

function decode({ layers }: DeployedNetwork, codes: Codes): Record<string, tf.Tensor> {
  return Object.fromEntries(
    layers.map(({ name, shape, bits, clip }) => [
      name,
      tf.tensor(weightValues(codes[name]!, clip, bits), [...shape]),
    ]),
  );
}

function deployedActivation(network: DeployedNetwork, fixed: Record<string, tf.Tensor>): Activation {
  return (x, node) => {
    const rectified = network.threshold > 0 ? fatRelu(x, network.threshold) : x;
    return quantizeActivations(rectified, fixed[`${node}.clip`]!, network.bits.activations);
  };
}
