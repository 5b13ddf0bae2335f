import * as tf from "@tensorflow/tfjs-core";
import { type Array32, type Arrays, scalar } from "../base/arrays.js";
import { dictionary } from "../base/dictionary.js";
import { stream } from "../base/random/index.js";
import { layersReadOnlyBy, type Model, shapes, weightLayers } from "../networks/model.js";
import { normNodes, type Point, parameterName } from "../networks/parameters.js";
import { toTensors } from "../tensors/arrays.js";
import { storedNormalization } from "../tensors/batch-norm.js";
import { forward } from "../tensors/forward.js";
import { sparsityOnTensors } from "../tensors/sparsity/on-tensors.js";
import type { Sparsification } from "../tensors/sparsity/table.js";

/**
 * He-normal weights and zero biases of a float network, from the stream (study, "init", seed, layer); gamma 1 and beta 0 of
 * its batch norms.
 */
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
  for (const [node, channels] of normWidths(model)) {
    rest[parameterName.norm(node, "gamma")] = filled(channels, 1);
    rest[parameterName.norm(node, "beta")] = filled(channels, 0);
  }
  return { weights, weightClips: {}, rest };
}

/** Running statistics before the first batch: mean 0, variance 1. */
export function initialStatistics(model: Model): Arrays {
  return Object.fromEntries(
    normWidths(model).flatMap(([node, channels]) => [
      [parameterName.norm(node, "mean"), filled(channels, 0)],
      [parameterName.norm(node, "variance"), filled(channels, 1)],
    ]),
  );
}

function normWidths(model: Model): (readonly [node: string, channels: number])[] {
  const shape = shapes(model);
  return normNodes(model).map((node) => [node, shape.get(node)!.at(-1)!]);
}

function filled(channels: number, value: number): Array32 {
  return { shape: [channels], data: new Float32Array(channels).fill(value) };
}

/**
 * The same network with biases of 0 wherever batch norm is the only reader of a layer: what they add is taken off the
 * running mean instead. Such biases are not trained.
 */
export function absorbIdleBiases(model: Model, parameters: Arrays): Arrays {
  const changed: Record<string, Array32> = {};
  const idle = layersReadOnlyBy(model, "batchNorm");
  for (const node of model.nodes) {
    if (node.op !== "batchNorm" || !idle.has(node.input)) continue;
    const [bias, mean] = [parameterName.bias(node.input), parameterName.norm(node.name, "mean")];
    const { data: added } = parameters[bias]!;
    const { shape, data } = parameters[mean]!;
    changed[mean] = { shape, data: data.map((value, i) => value - added[i]!) };
    changed[bias] = { ...parameters[bias]!, data: new Float32Array(added.length) };
  }
  return { ...parameters, ...changed };
}

/**
 * Starts quantization-aware training from a float network: clips at `share` of the largest magnitude, of each weight array,
 * and of the activations of a float forward pass over `images`, the first training batch; batch norm by running statistics.
 * @param share default 0.8
 */
export function addClips(
  model: Model,
  point: Point,
  images: tf.Tensor4D,
  sparsification: Sparsification,
  { share = 0.8, statistics = {} }: { share?: number; statistics?: Arrays } = {},
): Point {
  const clips = dictionary<Array32>();
  const { rectify = tf.relu } = sparsityOnTensors(sparsification);
  tf.tidy(() => {
    const activate = (x: tf.Tensor, node: string) => {
      const rectified = rectify(x);
      clips[parameterName.clip(node)] = initialClip(rectified.dataSync() as Float32Array, share);
      return rectified;
    };
    const rest = toTensors(point.rest);
    forward(
      model,
      toTensors(point.weights),
      rest,
      images,
      activate,
      storedNormalization(model, statistics, rest),
    );
  });
  const weightClips = Object.fromEntries(
    Object.entries(point.weights).map(([name, { data }]) => [name, initialClip(data, share)]),
  );
  return { weights: point.weights, weightClips, rest: { ...point.rest, ...clips } };
}

function initialClip(values: Float32Array, share: number): Array32 {
  return scalar(share * values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0));
}
