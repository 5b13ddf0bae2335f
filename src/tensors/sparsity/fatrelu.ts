import * as tf from "@tensorflow/tfjs-core";
import { z } from "zod";
import type { SparsificationKind } from "./kind.js";

/** FATReLU: x where x >= threshold, else 0; the gradient passes where x does. */
export function fatRelu(x: tf.Tensor, threshold: number): tf.Tensor {
  if (!(threshold >= 0 && Number.isFinite(threshold)))
    throw new RangeError(`threshold must be a finite number >= 0, got ${threshold}`);
  return tf.mul(tf.relu(x), tf.cast(tf.greaterEqual(x, threshold), "float32"));
}

/** That activation in place of ReLU. */
export const fatrelu: SparsificationKind<{ readonly kind: "fatrelu"; readonly threshold: number }> = {
  schema: z.strictObject({ kind: z.literal("fatrelu"), threshold: z.number().positive() }),
  title: () => "FATReLU",
  knob: { title: "threshold of FATReLU", with: (threshold) => ({ kind: "fatrelu", threshold }) },
  threshold: ({ threshold }) => threshold,
  onTensors: ({ threshold }) => ({ rectify: (x) => fatRelu(x, threshold), isRelu: false, penalty: null }),
};
