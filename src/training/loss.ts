import * as tf from "@tensorflow/tfjs-core";
import { scalarValue } from "../base/arrays.js";
import { requireOptions } from "../base/options.js";
import type { Model } from "../networks/model.js";
import { parameterName } from "../networks/parameters.js";
import { crossEntropy } from "../tensors/backend/operations.js";
import type { Batch } from "../tensors/batches.js";
import { type Activation, forward } from "../tensors/forward.js";
import { quantizeActivations } from "../tensors/quantization.js";
import { sparsityOnTensors } from "../tensors/sparsity/on-tensors.js";
import { requireSparsification, type Sparsification } from "../tensors/sparsity/table.js";
import type { ClipObserver } from "./clip-rules.js";
import type { StatisticsByPass } from "./gradients/statistics.js";
import { type NormObserver, trainingNormalization } from "./norm-statistics.js";
import type { Loss } from "./tensor-loss.js";

/**
 * The training loss of one batch as a function of weights and the rest: cross-entropy plus the sparsity penalty, which is
 * part of both passes of a sharpness-aware step.
 * @param activationBits undefined for a float network; else clips are taken from `rest` as `<node>.clip`
 * @param observer where observed clips are taken from instead; the first pass moves them
 * @param norms for a network with batch norm: by which statistics it normalizes, and where the first pass tells its own
 */
export function batchLoss(
  model: Model,
  batch: Batch,
  options: {
    activationBits: number | undefined;
    sparsification: Sparsification;
    observer?: ClipObserver | undefined;
    norms?: { readonly observer: NormObserver; readonly by: StatisticsByPass } | undefined;
  },
): Loss {
  const keys = { activationBits: true, sparsification: true, observer: true, norms: true } as const;
  const { activationBits, sparsification, observer, norms } = requireOptions("batchLoss", options, keys);
  const { rectify, penalty } = sparsityOnTensors(requireSparsification(sparsification));
  // without a penalty or threshold the quantizer's own clamp at 0 is the ReLU
  const quantizerRectifies = activationBits !== undefined && !rectify && !penalty;
  const before = norms && { ...norms, before: { ...norms.observer.statistics } };
  return (weights, rest, pass) => {
    const penalized: tf.Tensor[] = [];
    const activate: Activation = (x, node) => {
      const rectified = quantizerRectifies ? x : (rectify ?? tf.relu)(x);
      penalized.push(rectified);
      if (activationBits === undefined) return rectified;
      const name = parameterName.clip(node);
      const clip = observer ? observedClip(observer, name, rectified, pass) : rest[name]!;
      return quantizeActivations(rectified, clip, activationBits);
    };
    const normalize = before && trainingNormalization(before, rest, pass);
    const logits = forward(model, weights, rest, batch.images, activate, normalize);
    const loss = crossEntropy(logits, batch.labels);
    return penalty ? tf.add(loss, penalty(penalized)) : loss;
  };
}

function observedClip(
  observer: ClipObserver,
  name: string,
  x: tf.Tensor,
  pass: "first" | "second",
): tf.Tensor {
  const clip =
    pass === "first" ? observer.observe(name, tf.max(x).dataSync()[0]!) : scalarValue(observer.clips[name]!);
  return tf.scalar(clip);
}
