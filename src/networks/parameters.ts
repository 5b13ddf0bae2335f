import { type Arrays, mapArrays } from "../base/arrays.js";
import { activationNodes, layersReadOnlyBy, type Model, weightLayers } from "./model.js";

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

/** What gradients change of batch norm; the rest follows the batches. */
const LEARNED_NORM = ["gamma", "beta"] as const satisfies readonly NormPart[];

const WEIGHT = ".weight";
const WEIGHT_CLIP = ".weight_clip";
const CLIP = ".clip";

/** Whether weight decay applies to a parameter: to conv and linear weights only. */
export function decays(name: string): boolean {
  return name.endsWith(WEIGHT);
}

/** Whether a parameter is the clip of a layer's weights. */
export function isWeightClip(name: string): boolean {
  return name.endsWith(WEIGHT_CLIP);
}

/** Whether a parameter is a clip, of weights or activations. */
export function isClip(name: string): boolean {
  return isWeightClip(name) || name.endsWith(CLIP);
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

/** The inverse of {@link flatten}: picks what is trained of a model; a float network has no clips. */
export function unflatten(model: Model, arrays: Arrays): Point {
  const layers = weightLayers(model).map((layer) => layer.name);
  const pick = (keys: readonly string[], name: (key: string) => string) =>
    Object.fromEntries(keys.flatMap((key) => (arrays[name(key)] ? [[key, arrays[name(key)]!]] : [])));
  const rest = [
    ...layers.map(parameterName.bias),
    ...normNodes(model).flatMap((node) => LEARNED_NORM.map((part) => parameterName.norm(node, part))),
    ...activationNodes(model).map(parameterName.clip),
  ];
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

/** The names of the batch norms of a model, in order. */
export function normNodes({ nodes }: Model): readonly string[] {
  return nodes.filter(({ op }) => op === "batchNorm").map(({ name }) => name);
}

/** The running means and variances of a model's batch norms, by their names. */
export function runningStatistics(model: Model, parameters: Arrays): Arrays {
  const names = normNodes(model).flatMap((node) =>
    (["mean", "variance"] as const).map((part) => parameterName.norm(node, part)),
  );
  return Object.fromEntries(names.map((name) => [name, parameters[name]!]));
}

/**
 * The biases that are not trained, by name: batch norm, the only reader of their layers, takes them away with the mean, and
 * its own beta does what they would.
 */
export function idleBiases(model: Model): ReadonlySet<string> {
  return new Set([...layersReadOnlyBy(model, "batchNorm")].map(parameterName.bias));
}
