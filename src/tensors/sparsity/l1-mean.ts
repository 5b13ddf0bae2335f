import { z } from "zod";
import { batchOf, type SparsificationKind } from "./kind.js";

/**
 * alpha / B times the sum over layers of the mean over a layer's units of |x|: every layer counts the same, where L1 presses
 * most on those with many units, the first of a ResNet.
 */
export const l1Mean: SparsificationKind<{ readonly kind: "l1-mean"; readonly alpha: number }> = {
  schema: z.strictObject({ kind: z.literal("l1-mean"), alpha: z.number().positive() }),
  title: ({ alpha }) => `L1 by layer mean ${alpha}`,
  knob: { title: "alpha of L1 by layer mean", with: (alpha) => ({ kind: "l1-mean", alpha }) },
  threshold: () => 0,
  onTensors: ({ alpha }, tf) => ({
    penalty: (activations) => {
      batchOf(activations); // refuses none; the mean over batch and units is the mean over units, averaged over the batch
      return tf.mul(tf.addN(activations.map((x) => tf.mean(x))), alpha);
    },
  }),
};
