import type { Array32 } from "../../src/base/arrays.js";
import { stream } from "../../src/base/random/index.js";
import type { Checkpoint } from "../../src/networks/checkpoints/index.js";
import { activationNodes, type Model, shapes, weightLayers } from "../../src/networks/index.js";

/** A checkpoint of keyed random weights, W4A4, with clips in a sensible place. */
export function randomCheckpoint(model: Model, key: string): Checkpoint {
  const parameters: Record<string, Array32> = {};
  for (const layer of weightLayers(model)) {
    const draws = stream("test", key, layer.name);
    const scale = Math.sqrt(2 / layer.fanIn);
    const normals = (size: number, sd: number) =>
      Float32Array.from({ length: size }, () => sd * draws.normal());
    parameters[`${layer.name}.weight`] = { shape: layer.shape, data: normals(layer.weights, scale) };
    parameters[`${layer.name}.bias`] = { shape: [layer.outputs], data: normals(layer.outputs, 0.05) };
    parameters[`${layer.name}.weight_clip`] = { shape: [], data: Float32Array.of(2.5 * scale) };
  }
  for (const name of activationNodes(model))
    parameters[`${name}.clip`] = { shape: [], data: Float32Array.of(1.5) };
  return {
    origin: {
      study: "test",
      profile: "test",
      model: model.name,
      arm: "standard",
      seed: 0,
      epoch: 1,
      bits: { weights: 4, activations: 4 },
      threshold: 0,
      settingsHash: "c",
      backend: {},
      curve: [],
    },
    parameters,
  };
}

/** The same with keyed random batch norms. */
export function withNorms(model: Model, key: string): Checkpoint {
  const checkpoint = randomCheckpoint(model, key);
  const parameters: Record<string, Array32> = { ...checkpoint.parameters };
  for (const { op, name } of model.nodes) {
    if (op !== "batchNorm") continue;
    const draws = stream("test", key, name);
    const channels = shapes(model).get(name)!.at(-1)!;
    for (const [part, shift] of Object.entries({ gamma: 0.5, beta: 0, mean: 0, variance: 0.2 }))
      parameters[`${name}.${part}`] = {
        shape: [channels],
        data: Float32Array.from({ length: channels }, () => shift + draws.uniform()),
      };
  }
  return { ...checkpoint, parameters };
}
