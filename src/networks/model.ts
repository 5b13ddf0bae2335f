import { type NodeOf, nodeKind, type Op, readsOf } from "./node-kinds.js";
import type { ConvNode, Model } from "./nodes.js";
import { shapesOf } from "./schema.js";

export { type NodeOf, type Op, readsOf } from "./node-kinds.js";
export type * from "./nodes.js";

/** A layer that holds weights. */
export interface WeightLayer {
  readonly name: string;
  /** Weights: conv [kernel height, kernel width, inputs, outputs], linear [inputs, outputs]. */
  readonly shape: readonly number[];
  readonly outputs: number;
  /** Number of weights. */
  readonly weights: number;
  /** Inputs of one output: sets the scale of the He initialisation. */
  readonly fanIn: number;
  /** Activation node whose codes this layer reads, or `"input"` for the image. */
  readonly reads: string;
}

/** A node that holds weights. */
export type WeightNode = NodeOf<"conv" | "linear">;

/**
 * Output shape of every node for one image, by name, `"input"` included.
 * @throws UserError for a description that is not right, naming node, key, value and what is accepted
 */
export function shapes(model: Model): ReadonlyMap<string, readonly number[]> {
  return shapesOf(model);
}

/**
 * Rows and columns of zeros that a conv adds to its input in all; the smaller half of each stands before it.
 * @param input @param output shapes of the node's input and of the node
 */
export function paddingOf(
  { padding, stride, kernel }: ConvNode,
  input: readonly number[],
  output: readonly number[],
): [rows: number, columns: number] {
  const needed = (i: 0 | 1) =>
    padding === "same" ? Math.max((output[i]! - 1) * stride + kernel[i] - input[i]!, 0) : 0;
  return [needed(0), needed(1)];
}

/** The layers that hold weights, in model order. */
export function weightLayers(model: Model): readonly WeightLayer[] {
  const shape = shapes(model);
  return model.nodes.flatMap((node): WeightLayer[] => {
    const full = nodeKind<Op>(node).weights?.(node, shape.get(node.input)!.at(-1)!);
    if (!full) return [];
    const outputs = full.at(-1)!;
    const weights = full.reduce((a, b) => a * b, 1);
    const reads = codeSource(model, node.input);
    return [{ name: node.name, shape: full, outputs, weights, fanIn: weights / outputs, reads }];
  });
}

/** The layers that nothing but one node of a kind reads. */
export function layersReadOnlyBy(model: Pick<Model, "nodes">, op: Op): ReadonlySet<string> {
  const { nodes } = model;
  const readers = (name: string) =>
    nodes.filter((node) => readsOf(node).includes(name)).map((node) => node.op);
  const layers = nodes.filter((node) => nodeKind(node).weights && readers(node.name).join() === op);
  return new Set(layers.map(({ name }) => name));
}

/** The names of the activation nodes, in model order. */
export function activationNodes(model: Model): readonly string[] {
  shapes(model); // refuses what is no model
  return model.nodes.filter((node) => node.op === "activation").map((node) => node.name);
}

/** The activation node, or `"input"`, whose codes `name` passes on, reshaped or averaged. */
function codeSource(model: Model, name: string): string {
  const node = model.nodes.find((n) => n.name === name);
  return node && nodeKind(node).passesCodes ? codeSource(model, node.input) : name;
}
