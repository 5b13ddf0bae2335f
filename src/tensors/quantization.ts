import * as tf from "@tensorflow/tfjs-core";
import { maxCode, requireBits } from "../quantization/grid.js";
import { weightQuantizer } from "../quantization/straight-through.js";
import { attribute, execute, executeOne, hasTensorFlow } from "./backend/native.js";

/**
 * The weight grid on tensors: w of any shape and a scalar clip give Q(w), differentiable straight through in both
 * (docs/protocol.md section 2). The values are those of the typed-array grid. Bits 1 to 8.
 */
export function quantizeWeights(latent: tf.Tensor, clip: tf.Tensor, bits: number): tf.Tensor {
  const quantizer = weightQuantizer(bits);
  const [w, c] = [latent.dataSync() as Float32Array, clip.dataSync()[0]!];
  const value = quantizer.value(w, c);
  return tf.customGrad(() => ({
    value: tf.tensor(value, latent.shape),
    gradFunc: (dy: tf.Tensor) => {
      const gradient = quantizer.gradient(dy.dataSync() as Float32Array, w, c, value);
      return [tf.tensor(gradient.latent, latent.shape), tf.scalar(gradient.clip)];
    },
  }))(latent, clip);
}

/**
 * The activation grid c u/n, u = 0..n, clamping at 0 and c, so that ReLU is part of it; differentiable in x and the clip.
 * Gradient: 1 to x inside [0, c]; to the clip (value - x)/c inside, 1 above, 0 below. Bits 1 to 8. The codes are those of
 * the typed-array grid but within 1e-6 of a tie, since tensors compute in float32.
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
    const n = maxCode(bits);
    const code = tf.floor(tf.add(tf.mul(tf.clipByValue(tf.div(x, c), 0, 1), n), 0.5));
    return tf.mul(c, tf.div(code, n));
  },
  gradient: (dy, x, c) => {
    const above = tf.cast(tf.greater(x, c), "float32");
    const inside = tf.mul(tf.cast(tf.greaterEqual(x, 0), "float32"), tf.sub(1, above));
    return { dx: tf.mul(dy, inside), above: tf.sum(tf.mul(dy, above)) };
  },
};
