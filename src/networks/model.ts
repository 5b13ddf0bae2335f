/**
 * A network as plain data: a list of named nodes in order of evaluation. Training interprets it with tensors,
 * inference reads the same list, so that there is one description and no second one to disagree with it.
 */

/** A 2-D convolution, channels last. `same` pads with zeros as TensorFlow does; `valid` does not pad. */
export interface ConvNode {
  readonly op: "conv";
  readonly name: string;
  readonly input: string;
  readonly filters: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: number;
  readonly padding: "same" | "valid";
}

/** A fully connected layer on a flat input. */
export interface LinearNode {
  readonly op: "linear";
  readonly name: string;
  readonly input: string;
  readonly units: number;
}

/** Max pooling over size x size windows, stride = size, no padding. */
export interface MaxPoolNode {
  readonly op: "maxPool";
  readonly name: string;
  readonly input: string;
  readonly size: number;
}

/** ReLU and activation quantizer in one: the quantizer clamps at 0 (docs/protocol.md section 2). */
export interface ActivationNode {
  readonly op: "activation";
  readonly name: string;
  readonly input: string;
}

/** [height, width, channels] to one vector, in that (row-major) order. */
export interface FlattenNode {
  readonly op: "flatten";
  readonly name: string;
  readonly input: string;
}

/** Batch norm after training: y = gain x + offset, per channel. */
export interface BatchNormNode {
  readonly op: "batchNorm";
  readonly name: string;
  readonly input: string;
}

/** The sum of two equal shapes: a residual connection. */
export interface AddNode {
  readonly op: "add";
  readonly name: string;
  readonly input: string;
  readonly other: string;
}

/** The mean over height and width: [height, width, channels] to [channels]. */
export interface GlobalAveragePoolNode {
  readonly op: "globalAveragePool";
  readonly name: string;
  readonly input: string;
}

export type Node =
  | ConvNode
  | LinearNode
  | MaxPoolNode
  | ActivationNode
  | FlattenNode
  | BatchNormNode
  | AddNode
  | GlobalAveragePoolNode;

export interface Model {
  readonly name: string;
  /** Shape of one input image: [height, width, channels]. The name `"input"` refers to it. */
  readonly input: readonly [height: number, width: number, channels: number];
  readonly classes: number;
  /** The last node gives the logits. */
  readonly nodes: readonly Node[];
}

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

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/**
 * Output shape of every node for one image, by name, `"input"` included.
 * @throws RangeError if a node reads an unknown one, or its window does not fit
 */
export function shapes(model: Model): ReadonlyMap<string, readonly number[]> {
  const known = new Map<string, readonly number[]>([["input", model.input]]);
  for (const node of model.nodes) {
    const from = known.get(node.input);
    if (!from)
      throw new RangeError(
        `node ${node.name} reads ${node.input}, which is no node before it in model ${model.name}`,
      );
    if (known.has(node.name)) throw new RangeError(`two nodes of model ${model.name} are named ${node.name}`);
    if (node.op === "add" && known.get(node.other)?.join() !== from.join())
      throw new RangeError(
        `node ${node.name} adds ${node.other} of shape [${known.get(node.other)?.join(", ") ?? "unknown"}] to [${from.join(", ")}]`,
      );
    known.set(node.name, outputShape(node, from));
  }
  return known;
}

function outputShape(node: Node, from: readonly number[]): readonly number[] {
  switch (node.op) {
    case "conv": {
      const [h, w] = spatial(node.name, from);
      const size = (n: number, k: number) =>
        Math.ceil((node.padding === "same" ? n : n - k + 1) / node.stride);
      return positive(node.name, [size(h, node.kernel[0]), size(w, node.kernel[1]), node.filters]);
    }
    case "maxPool": {
      const [h, w, c] = spatial(node.name, from);
      return positive(node.name, [Math.floor(h / node.size), Math.floor(w / node.size), c]);
    }
    case "linear":
      if (from.length !== 1)
        throw new RangeError(
          `linear node ${node.name} reads shape [${from.join(", ")}]; put a flatten node before it`,
        );
      return positive(node.name, [node.units]);
    case "flatten":
      return [product(from)];
    case "globalAveragePool":
      return [spatial(node.name, from)[2]];
    case "activation":
    case "batchNorm":
    case "add":
      return from;
  }
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

function spatial(name: string, shape: readonly number[]): [number, number, number] {
  const [h, w, c] = shape;
  if (shape.length !== 3 || h === undefined || w === undefined || c === undefined)
    throw new RangeError(
      `node ${name} needs an input of shape [height, width, channels], got [${shape.join(", ")}]`,
    );
  return [h, w, c];
}

function positive(name: string, shape: readonly number[]): readonly number[] {
  if (!shape.every((n) => Number.isInteger(n) && n > 0))
    throw new RangeError(
      `node ${name} would have the shape [${shape.join(", ")}]: its window does not fit its input`,
    );
  return shape;
}

/** The layers that hold weights, in model order. */
export function weightLayers(model: Model): readonly WeightLayer[] {
  const shape = shapes(model);
  const layers: WeightLayer[] = [];
  for (const node of model.nodes) {
    if (node.op !== "conv" && node.op !== "linear") continue;
    const inputs = shape.get(node.input)!.at(-1)!;
    const full = node.op === "conv" ? [...node.kernel, inputs, node.filters] : [inputs, node.units];
    const outputs = full.at(-1)!;
    const weights = product(full);
    layers.push({
      name: node.name,
      shape: full,
      outputs,
      weights,
      fanIn: weights / outputs,
      reads: codeSource(model, node.input),
    });
  }
  return layers;
}

/** The names of the activation nodes, in model order. */
export function activationNodes(model: Model): readonly string[] {
  return model.nodes.filter((node) => node.op === "activation").map((node) => node.name);
}

/** The activation node, or `"input"`, whose codes `name` passes on, reshaped or averaged. */
function codeSource(model: Model, name: string): string {
  const node = model.nodes.find((n) => n.name === name);
  return node?.op === "flatten" || node?.op === "globalAveragePool" ? codeSource(model, node.input) : name;
}
