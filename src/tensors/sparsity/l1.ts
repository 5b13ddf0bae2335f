import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import { batchOf, RELU, type SparsificationKind } from "./kind.js";

/** (1/B) sum over layers and units of |x| (Georgiadis, arXiv 1812.04056); to be multiplied by alpha. */
export function l1Penalty(activations: readonly tf.Tensor[]): tf.Scalar {
  const batch = batchOf(activations);
  // the activations are >= 0, so |x| = x, whose gradient costs nothing
  return tf.div(tf.addN(activations.map((x) => tf.sum(x))), batch) as tf.Scalar;
}

/** That penalty, times alpha. */
export const l1: SparsificationKind<{ readonly kind: "l1"; readonly alpha: number }> = {
  schema: z.strictObject({ kind: z.literal("l1"), alpha: z.number().positive() }),
  title: ({ alpha }) => `L1 ${alpha}`,
  knob: { title: "alpha of L1", with: (alpha) => ({ kind: "l1", alpha }) },
  threshold: () => 0,
  onTensors: ({ alpha }) => ({ ...RELU, penalty: (x) => tf.mul(l1Penalty(x), alpha) }),
};
