/**
 * Exact products with the Hessian of a network whose activations are clamps, which are piecewise linear. Once it is known on
 * which of its pieces each unit is, the slope of the loss along v,
 *
 *   D = sum over images of (softmax - label) * (change of the logits along v),
 *
 * is made of ordinary operations, and H v is the gradient of D. Differences of gradients do not give H v: the shorter their
 * step, the more weigh the few units that cross a kink within it (docs/protocol.md section 6).
 */

import * as tf from "@tensorflow/tfjs-core";
import { dictionary } from "../../base/dictionary.js";
import type { DeployedNetwork } from "../../inference/deploy.js";
import type { ActivationNode, MaxPoolNode, Node } from "../../networks/model.js";
import { biasAdd } from "../../tensors/backend/operations.js";
import type { Batch } from "../../tensors/batches.js";
import type { Tensors } from "../../tensors/named.js";

/** Which piece every unit of a batch is on: constants, by node. */
export type Pieces = Record<string, tf.Tensor[]>;

/** A value and its change along v; null where it does not change. */
type Pair = readonly [value: tf.Tensor, change: tf.Tensor | null];

/** What a node's pair depends on beside its input. */
interface Surroundings {
  readonly weights: Tensors;
  /** v by layer; null to evaluate the network alone. */
  readonly direction: Tensors | null;
  /** Biases and batch norm. */
  readonly fixed: Tensors;
}

/** The pieces that a batch's units are on at these weights; the caller disposes of them. */
export function piecesOf(network: DeployedNetwork, weights: Tensors, fixed: Tensors, batch: Batch): Pieces {
  return tf.tidy(() => {
    const pieces: Pieces = dictionary();
    const values = new Map<string, Pair>([["input", [batch.images, null]]]);
    for (const node of network.model.nodes) {
      const [x] = values.get(node.input)!;
      const held = heldBy(node, x, network);
      pieces[node.name] = held;
      values.set(node.name, pairOf(node, values, held, { weights, direction: null, fixed }));
    }
    return pieces;
  });
}

/** D of a batch, differentiable in the weights. */
export function slope(
  network: DeployedNetwork,
  batch: Batch,
  pieces: Pieces,
  surroundings: Surroundings,
): tf.Scalar {
  let last: Pair = [batch.images, null];
  const values = new Map([["input", last]]);
  for (const node of network.model.nodes) {
    last = pairOf(node, values, pieces[node.name]!, surroundings);
    values.set(node.name, last);
  }
  const [logits, change] = last as [tf.Tensor2D, tf.Tensor2D];
  return tf.sum(tf.mul(tf.sub(tf.softmax(logits), batch.labels), change));
}

function pairOf(
  node: Node,
  values: ReadonlyMap<string, Pair>,
  held: readonly tf.Tensor[],
  { weights, direction, fixed }: Surroundings,
): Pair {
  const pair = values.get(node.input)!;
  const both = (f: (x: tf.Tensor) => tf.Tensor): Pair => [f(pair[0]), pair[1] && f(pair[1])];
  switch (node.op) {
    case "conv":
      return linear(node.name, pair, (x, w) =>
        tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, node.stride, node.padding),
      );
    case "linear":
      return linear(node.name, pair, (x, w) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D));
    case "maxPool":
      return both((x) => select(x, node, held));
    case "activation": {
      const [slopes, rest] = held as [tf.Tensor, tf.Tensor];
      const [x, change] = both((x) => tf.mul(x, slopes));
      return [tf.add(x, rest), change];
    }
    case "flatten":
      return both((x) => tf.reshape(x, [x.shape[0]!, -1]));
    case "batchNorm": {
      const [x, change] = both((x) => tf.mul(x, fixed[`${node.name}.gain`]!));
      return [tf.add(x, fixed[`${node.name}.offset`]!), change];
    }
    case "add": {
      const other = values.get(node.other)!;
      return [tf.add(pair[0], other[0]), sum(pair[1], other[1])];
    }
    case "globalAveragePool":
      return both((x) => tf.mean(x, [1, 2]));
  }

  function linear(name: string, [x, change]: Pair, apply: (x: tf.Tensor, w: tf.Tensor) => tf.Tensor): Pair {
    const value = biasAdd(apply(x, weights[name]!), fixed[`${name}.bias`]!);
    return [value, sum(change && apply(change, weights[name]!), direction && apply(x, direction[name]!))];
  }
}

function sum(a: tf.Tensor | null, b: tf.Tensor | null): tf.Tensor | null {
  return a && b ? tf.add(a, b) : (a ?? b);
}

function heldBy(node: Node, x: tf.Tensor, network: DeployedNetwork): tf.Tensor[] {
  if (node.op === "maxPool") return poolPieces(x, node);
  return node.op === "activation" ? clampPieces(x, node, network) : [];
}

/** Slopes of the clamp, 1 inside and 0 outside, and what makes values of them: the clip where x is above it. */
function clampPieces(x: tf.Tensor, { name }: ActivationNode, network: DeployedNetwork): tf.Tensor[] {
  const clip = network.activationClips[name]!;
  const above = tf.greater(x, clip);
  const inside = tf.logicalAnd(tf.greaterEqual(x, network.threshold), tf.logicalNot(above));
  return [tf.cast(inside, "float32"), tf.mul(tf.cast(above, "float32"), clip)];
}

/** Weights of the rows of each window, then of its columns: 1 for the largest, shared where several are equal. */
function poolPieces(x: tf.Tensor, node: MaxPoolNode): tf.Tensor[] {
  const rows = asRows(x, node);
  const first = largest(rows);
  const columns = asColumns(pick(rows, first), x, node);
  return [first, largest(columns)];
}

function select(x: tf.Tensor, node: MaxPoolNode, [rows, columns]: readonly tf.Tensor[]): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const picked = pick(asColumns(pick(asRows(x, node), rows!), x, node), columns!);
  return tf.reshape(picked, [batch, Math.floor(height / node.size), Math.floor(width / node.size), channels]);
}

/** [rows of windows, rows within one, a row's elements]; what fits no window is cut off. */
function asRows(x: tf.Tensor, { size }: MaxPoolNode): tf.Tensor3D {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [h, w] = [height - (height % size), width - (width % size)];
  const whole =
    h === height && w === width ? x : tf.slice4d(x as tf.Tensor4D, [0, 0, 0, 0], [batch, h, w, channels]);
  return tf.reshape(whole, [(batch * h) / size, size, w * channels]);
}

/** [windows, columns within one, channels] of rows that are one per window high. */
function asColumns(rows: tf.Tensor, x: tf.Tensor, { size }: MaxPoolNode): tf.Tensor3D {
  const channels = x.shape[3]!;
  return tf.reshape(rows, [-1, size, channels]);
}

function largest(x: tf.Tensor3D): tf.Tensor {
  const equal = tf.cast(tf.equal(x, tf.max(x, 1, true)), "float32");
  return tf.div(equal, tf.sum(equal, 1, true));
}

function pick(x: tf.Tensor3D, weights: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(x, weights), 1);
}
