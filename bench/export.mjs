/* Writes a deployed network, its images and what it makes of them where the peers read them (peers/networks.py). */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { paddingOf, shapes } from "../dist/networks/model.js";

/**
 * @param {string} folder to be made
 * @param {object} network as `deploy` gives it
 * @param {{ images: Uint8Array, labels: Uint8Array }} pixels [images, height, width, channels]
 */
export function exportNetwork(folder, network, { images, labels }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "network.json"), JSON.stringify(nodesOf(network)));
  for (const { name, codes } of network.layers) writeFileSync(join(folder, `${name}.codes`), codes);
  writeFileSync(join(folder, "images"), images);
  writeFileSync(join(folder, "labels"), labels);
}

/** The model's nodes with all their numbers, batch norm folded into the layer before it. */
function nodesOf({ model, layers, activationClips, norms = {} }) {
  const shape = shapes(model);
  const normBehind = (name) =>
    model.nodes.find(({ op, input }) => op === "batchNorm" && input === name)?.name;
  /** What a node reads, now that batch norms are gone. */
  const source = (name) =>
    model.nodes.find((node) => node.name === name && node.op === "batchNorm")?.input ?? name;
  const nodes = model.nodes.flatMap((node) => {
    if (node.op === "batchNorm") return [];
    const moved = { ...node, input: source(node.input) };
    if (node.op === "add") return [{ ...moved, other: source(node.other) }];
    if (node.op === "activation") return [{ ...moved, clip: activationClips[node.name] }];
    const layer = layers.find(({ name }) => name === node.name);
    if (!layer) return [moved];
    const folded = {
      ...moved,
      shape: layer.shape,
      bits: layer.bits,
      ...foldedInto(layer, norms[normBehind(node.name)]),
    };
    const flat = model.nodes.find(({ op, name }) => op === "flatten" && name === node.input);
    if (flat) return [{ ...folded, places: shape.get(flat.input) }];
    if (node.op !== "conv") return [folded];
    const [rows, columns] = paddingOf(node, shape.get(node.input), shape.get(node.name));
    const before = [rows >> 1, columns >> 1];
    return [{ ...folded, padding: [...before, rows - before[0], columns - before[1]] }];
  });
  return [{ op: "input", name: "input", shape: model.input }, ...nodes];
}

/** A weight is scale (2q - n), by output. */
function foldedInto({ bits, clip, bias }, norm) {
  const step = clip / (2 ** bits - 1);
  return {
    scale: Array.from(bias, (_, o) => (norm?.gain[o] ?? 1) * step),
    bias: Array.from(bias, (b, o) => (norm?.gain[o] ?? 1) * b + (norm?.offset[o] ?? 0)),
  };
}
