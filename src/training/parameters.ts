import * as tf from "@tensorflow/tfjs-core";
import { type Array32, type Arrays, mapArrays, scalar } from "../arrays.js";
import type { Checkpoint } from "../checkpoints/checkpoint.js";
import { activationNodes, type Model, weightLayers } from "../models/model.js";
import { stream } from "../random/index.js";
import type { Point } from "../saq/gradient.js";
import { toTensors } from "../tensors/arrays.js";
import { forward } from "./forward.js";
import { rectify, type Sparsification } from "./loss.js";

/** He-normal weights and zero biases of a float network, from the stream (study, "init", seed, layer). */
export function initialPoint(model: Model, study: string, seed: number): Point {
  const weights: Record<string, Array32> = {};
  const rest: Record<string, Array32> = {};
  for (const layer of weightLayers(model)) {
    const draws = stream(study, "init", seed, layer.name);
    const scale = Math.sqrt(2 / layer.fanIn);
    const data = Float32Array.from({ length: layer.weights }, () => scale * draws.normal());
    weights[layer.name] = { shape: layer.shape, data };
    rest[`${layer.name}.bias`] = { shape: [layer.outputs], data: new Float32Array(layer.outputs) };
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
  const clips: Record<string, Array32> = {};
  tf.tidy(() => {
    forward(model, toTensors(point.weights), toTensors(point.rest), images, (x, node) => {
      const rectified = rectify(x, sparsification);
      clips[`${node}.clip`] = initialClip(rectified.dataSync() as Float32Array, share);
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

/** The arrays of a point by their names in a checkpoint (docs/formats.md). */
export function flatten({ weights, weightClips, rest }: Point): Arrays {
  const suffixed = (arrays: Arrays, suffix: string) =>
    Object.entries(arrays).map(([name, x]) => [name + suffix, x] as const);
  return Object.fromEntries([
    ...suffixed(weights, WEIGHT),
    ...suffixed(weightClips, WEIGHT_CLIP),
    ...Object.entries(rest),
  ]);
}

/** The inverse of {@link flatten}: picks the parameters of the model; a float network has no clips. */
export function unflatten(model: Model, arrays: Arrays): Point {
  const layers = weightLayers(model).map((layer) => layer.name);
  const rest = [
    ...layers.map((name) => `${name}.bias`),
    ...activationNodes(model).map((name) => `${name}.clip`),
  ];
  const pick = (names: readonly string[], suffix: string) =>
    Object.fromEntries(
      names.flatMap((name) => (arrays[name + suffix] ? [[name, arrays[name + suffix]!]] : [])),
    );
  return { weights: pick(layers, WEIGHT), weightClips: pick(layers, WEIGHT_CLIP), rest: pick(rest, "") };
}

/** The weight clips of a trained network, by layer: |c|, since a learned clip may have changed its sign. */
export function weightClipsOf(model: Model, { parameters }: Checkpoint): Arrays {
  return mapArrays(unflatten(model, parameters).weightClips, (clip) => clip.map(Math.abs));
}

const WEIGHT = ".weight";
const WEIGHT_CLIP = ".weight_clip";

/** Whether weight decay applies to a parameter: to conv and linear weights only. */
export function decays(name: string): boolean {
  return name.endsWith(WEIGHT);
}

/** Whether a parameter is a clip, of weights or activations. */
export function isClip(name: string): boolean {
  return name.endsWith(WEIGHT_CLIP) || name.endsWith(".clip");
}
