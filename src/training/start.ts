import * as tf from "@tensorflow/tfjs-core";
import { type Array32, scalar } from "../base/arrays.js";
import { dictionary } from "../base/dictionary.js";
import { stream } from "../base/random/index.js";
import { type Model, weightLayers } from "../networks/model.js";
import { type Point, parameterName } from "../networks/parameters.js";
import { toTensors } from "../tensors/arrays.js";
import { forward } from "../tensors/forward.js";
import { sparsityOnTensors } from "../tensors/sparsity/on-tensors.js";
import type { Sparsification } from "../tensors/sparsity/table.js";

/** He-normal weights and zero biases of a float network, from the stream (study, "init", seed, layer). */
export function initialPoint(model: Model, study: string, seed: number): Point {
  const weights = dictionary<Array32>();
  const rest = dictionary<Array32>();
  for (const layer of weightLayers(model)) {
    const draws = stream(study, "init", seed, layer.name);
    const scale = Math.sqrt(2 / layer.fanIn);
    const data = Float32Array.from({ length: layer.weights }, () => scale * draws.normal());
    weights[layer.name] = { shape: layer.shape, data };
    rest[parameterName.bias(layer.name)] = { shape: [layer.outputs], data: new Float32Array(layer.outputs) };
  }
  return { weights, weightClips: {}, rest };
}

/**
 * Starts quantization-aware training from a float network: clips at `share` of the largest magnitude, of each weight array,
 * and of the activations of a float forward pass over `images`, the first training batch.
 * @param share default 0.8
 */
export function addClips(
  model: Model,
  point: Point,
  images: tf.Tensor4D,
  sparsification: Sparsification,
  { share = 0.8 }: { share?: number } = {},
): Point {
  const clips = dictionary<Array32>();
  const { rectify = tf.relu } = sparsityOnTensors(sparsification);
  tf.tidy(() => {
    forward(model, toTensors(point.weights), toTensors(point.rest), images, (x, node) => {
      const rectified = rectify(x);
      clips[parameterName.clip(node)] = initialClip(rectified.dataSync() as Float32Array, share);
      return rectified;
    });
  });
  const weightClips = Object.fromEntries(
    Object.entries(point.weights).map(([name, { data }]) => [name, initialClip(data, share)]),
  );
  return { weights: point.weights, weightClips, rest: { ...point.rest, ...clips } };
}

function initialClip(values: Float32Array, share: number): Array32 {
  return scalar(share * values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0));
}
