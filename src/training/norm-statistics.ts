import * as tf from "@tensorflow/tfjs-core";
import type { Array32, Arrays } from "../base/arrays.js";
import { parameterName } from "../networks/parameters.js";
import { toTensors } from "../tensors/arrays.js";
import { batchNormTraining, channelMoments } from "../tensors/backend/operations.js";
import { asImages, byStored } from "../tensors/batch-norm.js";
import type { Normalization } from "../tensors/forward.js";
import type { Tensors } from "../tensors/named.js";
import type { StatisticsByPass } from "./gradients/statistics.js";

/** Running statistics of the batch norms of a network, by parameter name, as they stand after a step's first pass. */
export interface NormObserver {
  readonly statistics: Arrays;
  /** Takes in the mean and unbiased variance, by channel, of what a batch norm reads of a batch. */
  observe(node: string, mean: Float32Array, variance: Float32Array): void;
}

/** Weight of a batch in the running statistics, where a phase does not say. */
export const STATISTICS_SHARE = 0.1;

/** An observer that goes on from running statistics: r becomes r + share (batch - r), rounded once to float32. */
export function normObserver(from: Arrays, share: number): NormObserver {
  const statistics: Record<string, Array32> = { ...from };
  const move = (name: string, batch: Float32Array) => {
    const { shape, data } = statistics[name]!;
    statistics[name] = { shape, data: data.map((before, i) => before + share * (batch[i]! - before)) };
  };
  return {
    statistics,
    observe(node, mean, variance) {
      move(parameterName.norm(node, "mean"), mean);
      move(parameterName.norm(node, "variance"), variance);
    },
  };
}

/**
 * What stands at the batch norms in one pass. The first pass of a step moves the running statistics, whichever of the two it
 * normalizes by: each batch norm tells what it reads. Later passes leave them alone.
 * @param before the running statistics from before the step, which "stored" normalizes by in every pass
 * @param rest gamma and beta by name
 */
export function trainingNormalization(
  {
    before,
    observer,
    by,
  }: { readonly before: Arrays; readonly observer: NormObserver; readonly by: StatisticsByPass },
  rest: Tensors,
  pass: "first" | "second",
): Normalization {
  const stored = by[pass] === "stored" ? toTensors(before) : undefined;
  const observe = (node: string, { mean, variance }: { mean: tf.Tensor; variance: tf.Tensor }) => {
    if (pass === "first")
      observer.observe(node, mean.dataSync() as Float32Array, variance.dataSync() as Float32Array);
  };
  return (x, node) => {
    if (stored) {
      if (pass === "first") observe(node.name, channelMoments(asImages(x)));
      return byStored(x, node, rest, stored);
    }
    const { name, epsilon } = node;
    const part = (of: "gamma" | "beta") => rest[parameterName.norm(name, of)] as tf.Tensor1D;
    const result = batchNormTraining(asImages(x), part("gamma"), part("beta"), { epsilon });
    observe(name, result);
    return tf.reshape(result.value, x.shape);
  };
}
