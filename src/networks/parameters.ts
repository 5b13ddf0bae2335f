import { type Arrays, mapArrays } from "../base/arrays.js";
import { activationNodes, type Model, weightLayers } from "./model.js";

/** What parameters are called in a checkpoint (docs/formats.md): the one place that knows. */
export const parameterName = {
  weight: (layer: string) => `${layer}${WEIGHT}`,
  bias: (layer: string) => `${layer}.bias`,
  /** The clip of a layer's weights, and that of an activation node. */
  weightClip: (layer: string) => `${layer}${WEIGHT_CLIP}`,
  clip: (node: string) => `${node}${CLIP}`,
  norm: (node: string, part: NormPart) => `${node}.${part}`,
};

/** The parameters of batch norm: gamma (x - mean) / sqrt(variance + epsilon) + beta. */
export const NORM_PARTS = ["gamma", "beta", "mean", "variance"] as const;
export type NormPart = (typeof NORM_PARTS)[number];

const WEIGHT = ".weight";
const WEIGHT_CLIP = ".weight_clip";
const CLIP = ".clip";

/** Whether weight decay applies to a parameter: to conv and linear weights only. */
export function decays(name: string): boolean {
  return name.endsWith(WEIGHT);
}

/** Whether a parameter is a clip, of weights or activations. */
export function isClip(name: string): boolean {
  return name.endsWith(WEIGHT_CLIP) || name.endsWith(CLIP);
}

/** Everything that is trained, by name. */
export interface Point {
  /** Latent (float) weights of the quantized layers. */
  readonly weights: Arrays;
  /** Scalar weight clips, under the names of their weights; empty in a float network. */
  readonly weightClips: Arrays;
  /** Biases, batch-norm parameters, activation clips: all that is neither a weight nor a weight clip. */
  readonly rest: Arrays;
}

/** The arrays of a point by their names in a checkpoint. */
export function flatten({ weights, weightClips, rest }: Point): Arrays {
  const named = (arrays: Arrays, name: (layer: string) => string) =>
    Object.entries(arrays).map(([layer, x]) => [name(layer), x] as const);
  return Object.fromEntries([
    ...named(weights, parameterName.weight),
    ...named(weightClips, parameterName.weightClip),
    ...Object.entries(rest),
  ]);
}

/** The inverse of {@link flatten}: picks the parameters of the model; a float network has no clips. */
export function unflatten(model: Model, arrays: Arrays): Point {
  const layers = weightLayers(model).map((layer) => layer.name);
  const pick = (keys: readonly string[], name: (key: string) => string) =>
    Object.fromEntries(keys.flatMap((key) => (arrays[name(key)] ? [[key, arrays[name(key)]!]] : [])));
  const rest = [...layers.map(parameterName.bias), ...activationNodes(model).map(parameterName.clip)];
  return {
    weights: pick(layers, parameterName.weight),
    weightClips: pick(layers, parameterName.weightClip),
    rest: pick(rest, (name) => name),
  };
}

/** The weight clips of a trained network, by layer: |c|, since a learned clip may have changed its sign. */
export function weightClipsOf(model: Model, { parameters }: { readonly parameters: Arrays }): Arrays {
  return mapArrays(unflatten(model, parameters).weightClips, (clip) => clip.map(Math.abs));
}
