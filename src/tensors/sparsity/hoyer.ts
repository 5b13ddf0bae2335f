import { z } from "zod";
import { batchOf, type SparsificationKind } from "./kind.js";

/**
 * alpha times Hoyer's (sum |x|)^2 / sum x^2 per sample and layer, between 1 (one unit active) and the number of units (all
 * equal), averaged over both; 0 where no unit is active. Does not change when activations are scaled.
 */
export const hoyer: SparsificationKind<{ readonly kind: "hoyer"; readonly alpha: number }> = {
  schema: z.strictObject({ kind: z.literal("hoyer"), alpha: z.number().positive() }),
  title: () => "Hoyer",
  knob: { title: "alpha of Hoyer", with: (alpha) => ({ kind: "hoyer", alpha }) },
  threshold: () => 0,
  onTensors: ({ alpha }, tf) => ({
    penalty: (activations) => {
      const batch = batchOf(activations);
      const tiny = 1e-12; // a sample with no active unit counts 0, with gradient 0
      const layers = activations.map((x) => {
        const units = tf.reshape(x, [batch, -1]);
        return tf.mean(tf.div(tf.square(tf.sum(units, 1)), tf.add(tf.sum(tf.square(units), 1), tiny)));
      });
      return tf.mul(tf.div(tf.addN(layers), activations.length), alpha);
    },
  }),
};
