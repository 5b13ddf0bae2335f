import { z } from "zod";
import type { SparsificationKind } from "./kind.js";

/** FATReLU in place of ReLU: x where x >= threshold, else 0; the gradient passes where x does. */
export const fatrelu: SparsificationKind<{ readonly kind: "fatrelu"; readonly threshold: number }> = {
  schema: z.strictObject({ kind: z.literal("fatrelu"), threshold: z.number().min(0) }),
  title: () => "FATReLU",
  knob: { title: "threshold of FATReLU", with: (threshold) => ({ kind: "fatrelu", threshold }) },
  threshold: ({ threshold }) => threshold,
  onTensors: ({ threshold }, tf) => ({
    rectify: (x) => tf.mul(tf.relu(x), tf.cast(tf.greaterEqual(x, threshold), "float32")),
  }),
};
