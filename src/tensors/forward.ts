import * as tf from "@tensorflow/tfjs-core";
import type { Model } from "../networks/model.js";
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
  let last: tf.Tensor = images;
  const pooled = onlyPooled(model);
  for (const node of model.nodes) {
    const x = values.get(node.input)!;
    switch (node.op) {
      case "conv": {
        const w = weights[node.name] as tf.Tensor4D;
        last = tf.conv2d(x as tf.Tensor4D, w, node.stride, node.padding);
        // the largest of sums with one bias is the largest sum plus it, so the bias can wait for fewer elements
        if (!pooled.has(node.name)) last = biasAdd(last, rest[`${node.name}.bias`]!);
        break;
      }
      case "linear":
        last = biasAdd(
          tf.matMul(x as tf.Tensor2D, weights[node.name] as tf.Tensor2D),
          rest[`${node.name}.bias`]!,
        );
        break;
      case "maxPool":
        last = maxPool(x as tf.Tensor4D, node.size);
        if (pooled.has(node.input)) last = biasAdd(last, rest[`${node.input}.bias`]!);
        break;
      case "flatten":
        last = tf.reshape(x, [x.shape[0]!, -1]);
        break;
      case "batchNorm":
        last = tf.add(tf.mul(x, rest[`${node.name}.gain`]!), rest[`${node.name}.offset`]!);
        break;
      case "add":
        last = tf.add(x, values.get(node.other)!);
        break;
      case "globalAveragePool":
        last = tf.mean(x, [1, 2]);
        break;
      case "activation":
        last = activate(x, node.name);
        break;
    }
    values.set(node.name, last);
  }
  return last as tf.Tensor2D;
}

/** The conv nodes that nothing but one max pooling reads. */
function onlyPooled({ nodes }: Model): ReadonlySet<string> {
  const readers = (name: string) =>
    nodes
      .filter((node) => node.input === name || (node.op === "add" && node.other === name))
      .map(({ op }) => op);
  const convs = nodes.filter(({ op, name }) => op === "conv" && readers(name).join() === "maxPool");
  return new Set(convs.map(({ name }) => name));
}
