import { stream } from "../../src/base/random/index.js";
import type { DeployedNetwork, Norm } from "../../src/inference/deploy.js";
import { activationNodes, type Bits, type Model, quantizedLayers, shapes } from "../../src/networks/index.js";
import { maxCode } from "../../src/quantization/index.js";

export interface RandomOptions {
  readonly bits?: Bits;
  readonly threshold?: number;
  /** Of every activation: a small one makes large codes, a large one many zeros. */
  readonly clip?: number;
  /** Only the smallest and the largest weight code, by output. */
  readonly extreme?: boolean;
}

/** A deployed network of keyed random codes, biases and batch norms (gains of either sign), clips in a sensible place. */
export function randomNetwork(
  model: Model,
  key: string,
  { bits = { weights: 4, activations: 4 }, threshold = 0, clip = 1.3, extreme = false }: RandomOptions = {},
): DeployedNetwork {
  const layers = quantizedLayers(model, bits).map(({ name, shape, outputs, weights, fanIn, bits }) => {
    const n = maxCode(bits);
    const draws = stream("test", key, name);
    const codes = Uint8Array.from({ length: weights }, (_, i) =>
      extreme
        ? n * ((i % outputs) % 2)
        : Math.min(Math.max(Math.floor((n * (draws.normal() / 2.5 + 1)) / 2 + 0.5), 0), n),
    );
    const bias = Float32Array.from({ length: outputs }, () => 0.05 * draws.normal());
    return { name, shape, bits, codes, clip: Math.fround(2.5 * Math.sqrt(2 / fanIn)), bias };
  });
  const activationClips = Object.fromEntries(activationNodes(model).map((name) => [name, Math.fround(clip)]));
  const norms: Record<string, Norm> = {};
  for (const node of model.nodes)
    if (node.op === "batchNorm") {
      const draws = stream("test", key, node.name);
      const channels = shapes(model).get(node.name)!.at(-1)!;
      const normals = (mean: number) =>
        Float64Array.from({ length: channels }, () => mean + 0.5 * draws.normal());
      norms[node.name] = { gain: normals(0.7), offset: normals(0) };
    }
  return { model, bits, layers, activationClips, norms, threshold };
}

/** Keyed random pixels, most of them dark, as in Fashion-MNIST. */
export function randomImages(count: number, [height, width, channels]: readonly number[], key: string) {
  const draws = stream("test", key, "images");
  const images = Uint8Array.from({ length: count * height! * width! * channels! }, () =>
    draws.uniform() < 0.5 ? 0 : draws.integer(256),
  );
  const labels = new Uint8Array(count);
  return { images, labels, count, height: height!, width: width!, channels: channels! };
}

/** A small residual network with batch norm, strides, a 1 x 1 shortcut and a global average pool. */
export const tinyResNet: Model = {
  name: "tiny-resnet",
  input: [8, 9, 3],
  classes: 5,
  nodes: [
    { op: "conv", name: "stem", input: "input", filters: 8, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "batchNorm", name: "stem.norm", input: "stem" },
    { op: "activation", name: "a0", input: "stem.norm" },
    { op: "conv", name: "b1.conv1", input: "a0", filters: 8, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "batchNorm", name: "b1.norm1", input: "b1.conv1" },
    { op: "activation", name: "a1", input: "b1.norm1" },
    { op: "conv", name: "b1.conv2", input: "a1", filters: 8, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "batchNorm", name: "b1.norm2", input: "b1.conv2" },
    { op: "add", name: "b1.sum", input: "b1.norm2", other: "a0" },
    { op: "activation", name: "a2", input: "b1.sum" },
    { op: "conv", name: "b2.conv1", input: "a2", filters: 12, kernel: [3, 3], stride: 2, padding: "same" },
    { op: "batchNorm", name: "b2.norm1", input: "b2.conv1" },
    { op: "activation", name: "a3", input: "b2.norm1" },
    { op: "conv", name: "b2.conv2", input: "a3", filters: 12, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "batchNorm", name: "b2.norm2", input: "b2.conv2" },
    { op: "conv", name: "b2.short", input: "a2", filters: 12, kernel: [1, 1], stride: 2, padding: "same" },
    { op: "batchNorm", name: "b2.norm3", input: "b2.short" },
    { op: "add", name: "b2.sum", input: "b2.norm2", other: "b2.norm3" },
    { op: "activation", name: "a4", input: "b2.sum" },
    { op: "globalAveragePool", name: "mean", input: "a4" },
    { op: "linear", name: "fc", input: "mean", units: 5 },
  ],
};
