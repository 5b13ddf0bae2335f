import * as tf from "@tensorflow/tfjs-core";
import type { Arrays } from "../base/arrays.js";
import type { BatchNormNode, Model } from "../networks/model.js";
import { parameterName, runningStatistics } from "../networks/parameters.js";
import { toTensors } from "./arrays.js";
import { batchNormStored } from "./backend/operations.js";
import type { Normalization } from "./forward.js";
import type { Tensors } from "./named.js";

/** Batch norm with the running statistics of a network, as it is deployed. @param rest gamma and beta, by name */
export function storedNormalization(model: Model, parameters: Arrays, rest: Tensors): Normalization {
  const statistics = toTensors(runningStatistics(model, parameters));
  return (x, node) => byStored(x, node, rest, statistics);
}

/** Batch norm of one node by statistics that are given. */
export function byStored(x: tf.Tensor, node: BatchNormNode, rest: Tensors, statistics: Tensors): tf.Tensor {
  const { name, epsilon } = node;
  const parts = {
    scale: rest[parameterName.norm(name, "gamma")]!,
    offset: rest[parameterName.norm(name, "beta")]!,
    mean: statistics[parameterName.norm(name, "mean")]!,
    variance: statistics[parameterName.norm(name, "variance")]!,
  };
  return tf.reshape(batchNormStored(asImages(x), parts, { epsilon }), x.shape);
}

/** [batch, units] as images of one pixel. */
export function asImages(x: tf.Tensor): tf.Tensor4D {
  return x.rank === 4 ? (x as tf.Tensor4D) : tf.reshape(x, [x.shape[0]!, 1, 1, x.shape[1]!]);
}
