import * as tf from "@tensorflow/tfjs-core";
import { type Model, type NodeOf, type Op, readsOf } from "../networks/model.js";
import { biasAdd, maxPool } from "./backend/operations.js";
import type { Tensors } from "./named.js";

/** What stands at an activation node: takes its input, the batch in front, and gives what the next layers read. */
export type Activation = (x: tf.Tensor, node: string) => tf.Tensor;

/**
 * Evaluates a model on tensors.
 * @param weights by weight layer, as they stand in memory: nothing is quantized here
 * @param rest biases as `<layer>.bias`, batch norm as `<node>.gain` and `<node>.offset`
 * @param images [batch, height, width, channels], pixels scaled to [0, 1]
 * @returns logits [batch, classes]
 */
export function forward(
  model: Model,
  weights: Tensors,
  rest: Tensors,
  images: tf.Tensor4D,
  activate: Activation,
): tf.Tensor2D {
  const values = new Map<string, tf.Tensor>([["input", images]]);
  const pass: Pass = { values, weights, rest, activate, pooled: onlyPooled(model) };
  for (const node of model.nodes) values.set(node.name, outputOf(node, values.get(node.input)!, pass));
  return values.get(model.nodes.at(-1)!.name) as tf.Tensor2D;
}

/** One evaluation: what is known while it goes on. */
interface Pass {
  readonly values: ReadonlyMap<string, tf.Tensor>;
  readonly weights: Tensors;
  readonly rest: Tensors;
  readonly activate: Activation;
  /** See {@link onlyPooled}. */
  readonly pooled: ReadonlySet<string>;
}

/** What each kind of node makes of its input; a missing one does not compile. */
const OUTPUTS: { readonly [K in Op]: (node: NodeOf<K>, x: tf.Tensor, pass: Pass) => tf.Tensor } = {
  conv({ name, stride, padding }, x, { weights, rest, pooled }) {
    const sums = tf.conv2d(x as tf.Tensor4D, weights[name] as tf.Tensor4D, stride, padding);
    // the largest of sums with one bias is the largest sum plus it, so the bias can wait for fewer elements
    return pooled.has(name) ? sums : biasAdd(sums, rest[`${name}.bias`]!);
  },
  linear: ({ name }, x, { weights, rest }) =>
    biasAdd(tf.matMul(x as tf.Tensor2D, weights[name] as tf.Tensor2D), rest[`${name}.bias`]!),
  maxPool({ input, size }, x, { rest, pooled }) {
    const largest = maxPool(x as tf.Tensor4D, size);
    return pooled.has(input) ? biasAdd(largest, rest[`${input}.bias`]!) : largest;
  },
  flatten: (_, x) => tf.reshape(x, [x.shape[0]!, -1]),
  batchNorm: ({ name }, x, { rest }) => tf.add(tf.mul(x, rest[`${name}.gain`]!), rest[`${name}.offset`]!),
  add: ({ other }, x, { values }) => tf.add(x, values.get(other)!),
  globalAveragePool: (_, x) => tf.mean(x, [1, 2]),
  activation: ({ name }, x, { activate }) => activate(x, name),
};

function outputOf<K extends Op>(node: NodeOf<K> & { readonly op: K }, x: tf.Tensor, pass: Pass): tf.Tensor {
  return (OUTPUTS[node.op] as (node: NodeOf<K>, x: tf.Tensor, pass: Pass) => tf.Tensor)(node, x, pass);
}

/** The conv nodes that nothing but one max pooling reads. */
function onlyPooled({ nodes }: Model): ReadonlySet<string> {
  const readers = (name: string) => nodes.filter((node) => readsOf(node).includes(name)).map(({ op }) => op);
  const convs = nodes.filter(({ op, name }) => op === "conv" && readers(name).join() === "maxPool");
  return new Set(convs.map(({ name }) => name));
}
