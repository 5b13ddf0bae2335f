import { z } from "zod";
import { batchOf, type SparsificationKind } from "./kind.js";

/** alpha / B times the sum over layers and units of |x| (Georgiadis, arXiv 1812.04056). */
export const l1: SparsificationKind<{ readonly kind: "l1"; readonly alpha: number }> = {
  schema: z.strictObject({ kind: z.literal("l1"), alpha: z.number().positive() }),
  title: ({ alpha }) => `L1 ${alpha}`,
  knob: { title: "alpha of L1", with: (alpha) => ({ kind: "l1", alpha }) },
  threshold: () => 0,
  onTensors: ({ alpha }, tf) => ({
    penalty: (activations) => {
      const batch = batchOf(activations);
      // the activations are >= 0, so |x| = x, whose gradient costs nothing
      return tf.mul(tf.div(tf.addN(activations.map((x) => tf.sum(x))), batch), alpha);
    },
  }),
};
