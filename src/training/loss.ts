import * as tf from "@tensorflow/tfjs-core";
import { scalarValue } from "../arrays.js";
import { crossEntropy } from "../backend/operations.js";
import type { Model } from "../models/model.js";
import { quantizeActivations } from "../quantization/tensor.js";
import { fatRelu, hoyerPenalty, l1Penalty } from "../sparsity/tensor.js";
import { type Activation, forward } from "./forward.js";
import type { ClipObserver } from "./ranges.js";
import type { Loss } from "./tensor-loss.js";

/** How an arm makes its activations sparse. */
export type Sparsification =
  | { readonly kind: "none" }
  | { readonly kind: "l1" | "hoyer"; readonly alpha: number }
  | { readonly kind: "fatrelu"; readonly threshold: number };

/** One batch: images [batch, height, width, channels] in [0, 1] and one-hot labels [batch, classes]. */
export interface Batch {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor2D;
}

/** What stands at an activation node before its quantizer: ReLU, or FATReLU. */
export function rectify(x: tf.Tensor, sparsification: Sparsification): tf.Tensor {
  return sparsification.kind === "fatrelu" ? fatRelu(x, sparsification.threshold) : tf.relu(x);
}

/**
 * The training loss of one batch as a function of weights and the rest: cross-entropy plus the sparsity penalty, which is
 * part of both passes of a sharpness-aware step.
 * @param activationBits undefined for a float network; else clips are taken from `rest` as `<node>.clip`
 * @param observer where observed clips are taken from instead; the first pass moves them
 */
export function batchLoss(
  model: Model,
  batch: Batch,
  {
    activationBits,
    sparsification,
    observer,
  }: {
    activationBits: number | undefined;
    sparsification: Sparsification;
    observer?: ClipObserver | undefined;
  },
): Loss {
  // without a penalty or threshold the quantizer's own clamp at 0 is the ReLU
  const quantizerRectifies = activationBits !== undefined && sparsification.kind === "none";
  return (weights, rest, pass) => {
    const penalized: tf.Tensor[] = [];
    const activate: Activation = (x, node) => {
      const rectified = quantizerRectifies ? x : rectify(x, sparsification);
      penalized.push(rectified);
      if (activationBits === undefined) return rectified;
      const name = `${node}.clip`;
      const clip = observer ? observedClip(observer, name, rectified, pass) : rest[name]!;
      return quantizeActivations(rectified, clip, activationBits);
    };
    const loss = crossEntropy(forward(model, weights, rest, batch.images, activate), batch.labels);
    if (sparsification.kind !== "l1" && sparsification.kind !== "hoyer") return loss;
    const penalty = sparsification.kind === "l1" ? l1Penalty : hoyerPenalty;
    return tf.add(loss, tf.mul(penalty(penalized), sparsification.alpha));
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
