import * as tf from "@tensorflow/tfjs-core";
import { attribute, execute, executeOne, hasTensorFlow } from "../backend/native.js";
import { levels, requireBits } from "./grid.js";

/**
 * The LIQ grid on tensors, with straight-through gradients (docs/protocol.md section 2). The deployed codes are those of
 * the typed-array grid; tensors, in float32, agree with it but within 1e-6 of a tie.
 */

/** A quantizer of weights with a learned clip: its value, and its straight-through gradient. */
export interface WeightQuantizer {
  /** Q(w) of latent weights w (any shape) with a scalar clip; same shape. */
  value(latent: tf.Tensor, clip: tf.Tensor): tf.Tensor;
  /**
   * Pulls dL/dQ back to the latent weights and the clip.
   * @param dy dL/dQ, shape of the weights
   * @param value Q(w) as {@link value} gave it
   */
  gradient(
    dy: tf.Tensor,
    latent: tf.Tensor,
    clip: tf.Tensor,
    value: tf.Tensor,
  ): { latent: tf.Tensor; clip: tf.Tensor };
}

/** The weight grid: 2^bits levels c (2q - n)/n, zero not among them. Bits 1 to 8. */
export function weightQuantizer(bits: number): WeightQuantizer {
  const n = levels(bits);
  return {
    value: (latent, clip) =>
      tf.tidy(() => {
        const c = tf.abs(clip);
        const t = tf.clipByValue(tf.div(latent, c), -1, 1);
        const code = tf.floor(tf.add(tf.mul(tf.add(t, 1), n / 2), 0.5));
        return tf.mul(c, tf.div(tf.sub(tf.mul(code, 2), n), n));
      }),
    gradient: (dy, latent, clip, value) =>
      tf.tidy(() => {
        const c = tf.abs(clip);
        const t = tf.clipByValue(tf.div(latent, c), -1, 1);
        // value/c - w/c inside the clip and +-1 outside, where value/c is +-1 and t is +-1: (value/c - t) + (t outside)
        const inside = tf.cast(tf.lessEqual(tf.abs(latent), c), "float32");
        const slope = tf.sub(tf.div(value, c), tf.mul(t, inside));
        return { latent: tf.mul(dy, inside), clip: tf.mul(tf.sum(tf.mul(dy, slope)), tf.sign(clip)) };
      }),
  };
}

/** {@link weightQuantizer} as one differentiable function of (latent weights, clip). */
export function quantizeWeights(latent: tf.Tensor, clip: tf.Tensor, bits: number): tf.Tensor {
  const quantizer = weightQuantizer(bits);
  return tf.customGrad((...args) => {
    const [w, c, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const value = quantizer.value(w, c);
    save([w, c, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [w, c, value] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const gradient = quantizer.gradient(dy, w, c, value);
        return [gradient.latent, gradient.clip];
      },
    };
  })(latent, clip);
}

/**
 * The activation grid c u/n, u = 0..n, clamping at 0 and c, so that ReLU is part of it; differentiable in x and the clip.
 * Gradient: 1 to x inside [0, c]; to the clip (value - x)/c inside, 1 above, 0 below. Bits 1 to 8.
 */
export function quantizeActivations(x: tf.Tensor, clip: tf.Tensor, bits: number): tf.Tensor {
  requireBits(bits);
  return tf.customGrad((...args) => {
    const [x, clip, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    // TensorFlow's op has the same grid and rounding where its lower end is 0, but takes no single bit
    const kernel = bits > 1 && hasTensorFlow() ? nativeActivations : composedActivations;
    const c = tf.abs(clip);
    const value = kernel.value(x, c, bits);
    save([x, clip, c, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, clip, c, value] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        const { dx, above } = kernel.gradient(dy, x, c, bits);
        const inside = tf.div(tf.sum(tf.mul(dx, tf.sub(value, x))), c);
        return [dx, tf.mul(tf.add(inside, above), tf.sign(clip))];
      },
    };
  })(x, clip);
}

interface ActivationKernel {
  value(x: tf.Tensor, c: tf.Tensor, bits: number): tf.Tensor;
  /** dx: dy inside [0, c], else 0; above: sum of dy where x > c. */
  gradient(dy: tf.Tensor, x: tf.Tensor, c: tf.Tensor, bits: number): { dx: tf.Tensor; above: tf.Tensor };
}

const nativeActivations: ActivationKernel = {
  value: (x, c, bits) =>
    executeOne("FakeQuantWithMinMaxVars", [attribute.integer("num_bits", bits)], [x, tf.zerosLike(c), c]),
  gradient: (dy, x, c, bits) => {
    const attributes = [attribute.integer("num_bits", bits)];
    const [dx, , above] = execute(
      "FakeQuantWithMinMaxVarsGradient",
      attributes,
      [dy, x, tf.zerosLike(c), c],
      3,
    );
    return { dx: dx!, above: above! };
  },
};

const composedActivations: ActivationKernel = {
  value: (x, c, bits) => {
    const n = levels(bits);
    const code = tf.floor(tf.add(tf.mul(tf.clipByValue(tf.div(x, c), 0, 1), n), 0.5));
    return tf.mul(c, tf.div(code, n));
  },
  gradient: (dy, x, c) => {
    const above = tf.cast(tf.greater(x, c), "float32");
    const inside = tf.mul(tf.cast(tf.greaterEqual(x, 0), "float32"), tf.sub(1, above));
    return { dx: tf.mul(dy, inside), above: tf.sum(tf.mul(dy, above)) };
  },
};
