import * as tf from "@tensorflow/tfjs-core";
import { type BatchNormNode, layersReadOnlyBy, type Model, type NodeOf, type Op } from "../networks/model.js";
import { biasAdd, everyNth, maxPool } from "./backend/operations.js";
import type { Tensors } from "./named.js";

/** What stands at an activation node: takes its input, the batch in front, and gives what the next layers read. */
export type Activation = (x: tf.Tensor, node: string) => tf.Tensor;

/** What stands at a batch norm: takes what the node reads, [batch, height, width, channels] or [batch, units]. */
export type Normalization = (x: tf.Tensor, node: BatchNormNode) => tf.Tensor;

/**
 * Evaluates a model on tensors.
 * @param weights by weight layer, as they stand in memory: nothing is quantized here
 * @param rest biases as `<layer>.bias`, where a layer that only batch norm reads may have none; batch norm as `<node>.gain`
 *   and `<node>.offset`, unless `normalize` is given
 * @param images [batch, height, width, channels], pixels scaled to [0, 1]
 * @param normalize default: gain x + offset
 * @returns logits [batch, classes]
 */
export function forward(
  model: Model,
  weights: Tensors,
  rest: Tensors,
  images: tf.Tensor4D,
  activate: Activation,
  normalize: Normalization = (x, { name }) =>
    tf.add(tf.mul(x, rest[`${name}.gain`]!), rest[`${name}.offset`]!),
): tf.Tensor2D {
  const values = new Map<string, tf.Tensor>([["input", images]]);
  const pooled = layersReadOnlyBy(model, "maxPool");
  const normed = layersReadOnlyBy(model, "batchNorm");
  const pass: Pass = { values, weights, rest, activate, normalize, pooled, normed };
  for (const node of model.nodes) values.set(node.name, outputOf(node, values.get(node.input)!, pass));
  return values.get(model.nodes.at(-1)!.name) as tf.Tensor2D;
}

/** One evaluation: what is known while it goes on. */
interface Pass {
  readonly values: ReadonlyMap<string, tf.Tensor>;
  readonly weights: Tensors;
  readonly rest: Tensors;
  readonly activate: Activation;
  readonly normalize: Normalization;
  /** Layers that nothing but one max pooling reads, and those that nothing but one batch norm does. */
  readonly pooled: ReadonlySet<string>;
  readonly normed: ReadonlySet<string>;
}

/** What each kind of node makes of its input; a missing one does not compile. */
const OUTPUTS: { readonly [K in Op]: (node: NodeOf<K>, x: tf.Tensor, pass: Pass) => tf.Tensor } = {
  conv({ name, kernel, stride, padding }, x, pass) {
    const weights = pass.weights[name] as tf.Tensor4D;
    const isPoint = kernel[0] === 1 && kernel[1] === 1;
    const sums = isPoint
      ? tf.conv2d(everyNth(x as tf.Tensor4D, stride), weights, 1, "valid")
      : tf.conv2d(x as tf.Tensor4D, weights, stride, padding);
    // the largest of sums with one bias is the largest sum plus it, so the bias can wait for fewer elements
    return pass.pooled.has(name) ? sums : biased(sums, name, pass);
  },
  linear: ({ name }, x, pass) =>
    biased(tf.matMul(x as tf.Tensor2D, pass.weights[name] as tf.Tensor2D), name, pass),
  maxPool({ input, size }, x, { rest, pooled }) {
    const largest = maxPool(x as tf.Tensor4D, size);
    return pooled.has(input) ? biasAdd(largest, rest[`${input}.bias`]!) : largest;
  },
  flatten: (_, x) => tf.reshape(x, [x.shape[0]!, -1]),
  batchNorm: (node, x, { normalize }) => normalize(x, node),
  add: ({ other }, x, { values }) => tf.add(x, values.get(other)!),
  globalAveragePool: (_, x) => tf.mean(x, [1, 2]),
  activation: ({ name }, x, { activate }) => activate(x, name),
};

function biased(sums: tf.Tensor, layer: string, { rest, normed }: Pass): tf.Tensor {
  const bias = rest[`${layer}.bias`];
  return !bias && normed.has(layer) ? sums : biasAdd(sums, bias!);
}

function outputOf<K extends Op>(node: NodeOf<K> & { readonly op: K }, x: tf.Tensor, pass: Pass): tf.Tensor {
  return (OUTPUTS[node.op] as (node: NodeOf<K>, x: tf.Tensor, pass: Pass) => tf.Tensor)(node, x, pass);
}
