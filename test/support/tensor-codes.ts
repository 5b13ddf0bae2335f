import * as tf from "@tensorflow/tfjs-core";
import { gatherImages, type ImageDataset } from "../../src/datasets/index.js";
import { codesOf, type DeployedNetwork } from "../../src/inference/deploy.js";
import { compile } from "../../src/inference/program.js";
import { countThresholds, stageInput, stageSums } from "../../src/inference/reference.js";
import { weightValues } from "../../src/quantization/index.js";
import { imageTensor } from "../../src/tensors/batches.js";
import { forward } from "../../src/tensors/forward.js";
import { quantizeActivations } from "../../src/tensors/quantization.js";

/** The part of the i-th of `count` images. */
export function piece<T extends Uint8Array | Float32Array>(array: T, i: number, count: number): T {
  return array.subarray((i * array.length) / count, ((i + 1) * array.length) / count) as T;
}

/**
 * Compares, layer by layer and fed the same codes, the scalar reference with TensorFlow's forward pass.
 * @returns codes compared, codes that differ, and how far, in steps, the furthest of those is from a tie
 */
export function compareCodes(network: DeployedNetwork, data: ImageDataset, indices: Uint32Array) {
  const count = indices.length;
  tf.engine().startScope();
  const { codes, steps } = tensorCodes(network, imageTensor(data, indices));
  tf.engine().endScope();
  codes["input"] = gatherImages(data, indices);
  let [compared, differing, furthest] = [0, 0, 0];
  for (const stage of compile(network).stages) {
    const { output } = stage;
    if (output.kind !== "codes") continue;
    for (let i = 0; i < count; i++) {
      const read = piece(codes[stage.reads]!, i, count);
      const sums = stageSums(stage, codesOf(network)[stage.name]!, stageInput(stage, read));
      const ours = countThresholds(sums, stage.sums[2], output);
      const theirs = piece(codes[output.name]!, i, count);
      compared += ours.length;
      ours.forEach((code, j) => {
        if (code === theirs[j]) return;
        differing++;
        const x = piece(steps[output.name]!, i, count)[j]!;
        furthest = Math.max(furthest, Math.abs(x - Math.floor(x) - 0.5));
      });
    }
  }
  return { compared, differing, furthest };
}

/** Codes, and real numbers in steps, of every activation in TensorFlow's forward pass. */
function tensorCodes(network: DeployedNetwork, images: tf.Tensor4D) {
  const { activations } = network.bits;
  const n = 2 ** activations - 1;
  const weights: Record<string, tf.Tensor> = {};
  const rest: Record<string, tf.Tensor> = {};
  for (const { name, bits, codes, clip, shape, bias } of network.layers) {
    weights[name] = tf.tensor(weightValues(codes, clip, bits), [...shape]);
    rest[`${name}.bias`] = tf.tensor1d(bias);
  }
  for (const [name, { gain, offset }] of Object.entries(network.norms ?? {})) {
    rest[`${name}.gain`] = tf.tensor1d(Float32Array.from(gain));
    rest[`${name}.offset`] = tf.tensor1d(Float32Array.from(offset));
  }
  const codes: Record<string, Uint8Array> = {};
  const steps: Record<string, Float32Array> = {};
  forward(network.model, weights, rest, images, (x, node) => {
    const clip = network.activationClips[node]!;
    const value = quantizeActivations(x, tf.scalar(clip), activations);
    codes[node] = Uint8Array.from(value.dataSync(), (a) => Math.round((a / clip) * n));
    steps[node] = Float32Array.from(x.dataSync(), (a) => (a / clip) * n);
    return value;
  });
  return { codes, steps };
}
