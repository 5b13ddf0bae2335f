import * as tf from "@tensorflow/tfjs-core";
import { attribute, execute, executeOne } from "./native.js";

/**
 * Operations whose gradient is TensorFlow's own kernel. tfjs composes these gradients from many small operations,
 * which costs a factor of 3 to 4 in training time; the values are the same up to rounding.
 */

/** x + bias over the last axis. */
export const biasAdd: (x: tf.Tensor, bias: tf.Tensor) => tf.Tensor = tf.customGrad((...args) => {
  const [x, bias] = args as unknown as [tf.Tensor, tf.Tensor];
  return {
    value: executeOne("BiasAdd", [attribute.float32("T")], [x, bias]),
    gradFunc: (dy: tf.Tensor) => [dy, executeOne("BiasAddGrad", [attribute.float32("T")], [dy])],
  };
});

/** Mean cross-entropy of logits [batch, classes] against one-hot labels of that shape, in nats. */
export const crossEntropy: (logits: tf.Tensor, oneHot: tf.Tensor) => tf.Scalar = tf.customGrad((...args) => {
  const [logits, oneHot, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
  const [losses, gradient] = execute(
    "SoftmaxCrossEntropyWithLogits",
    [attribute.float32("T")],
    [logits, oneHot],
    2,
  ) as [tf.Tensor, tf.Tensor];
  save([gradient]);
  const batch = logits.shape[0]!;
  return {
    value: tf.mean(losses),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [
      tf.mul(saved[0]!, tf.div(dy, batch)),
      tf.zerosLike(oneHot), // labels are data
    ],
  };
}) as (logits: tf.Tensor, oneHot: tf.Tensor) => tf.Scalar;

/**
 * Max pooling of x [batch, height, width, channels] over size x size windows with stride = size, no padding. The gradient
 * goes to one largest element of each window; of equal ones to that in the leftmost column, and there the topmost row.
 */
export function maxPool(x: tf.Tensor4D, size: number): tf.Tensor4D {
  const [, height, width] = x.shape;
  if (size !== 2 || height % 2 !== 0 || width % 2 !== 0) return tf.maxPool(x, size, size, "valid");
  return maxPoolByHalves(x) as tf.Tensor4D;
}

/**
 * 2 x 2 pooling as the larger of two rows, then of two columns: vectorized passes over whole rows, where TensorFlow's own
 * kernels walk over windows. Measured on LeNet-5's first layer: 0.3 of their time forward, and less backward.
 */
const maxPoolByHalves = tf.customGrad((...args) => {
  const [x, save] = args as unknown as [tf.Tensor4D, tf.GradSaveFunc];
  const [batch, height, width, channels] = x.shape;
  const rows = [(batch * height) / 2, 2, width * channels];
  const columns = [(batch * height * width) / 4, 2, channels];
  const [top, bottom] = tf.split(tf.reshape(x, rows), 2, 1) as [tf.Tensor, tf.Tensor];
  const [left, right] = tf.split(tf.reshape(tf.maximum(top, bottom), columns), 2, 1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  save([top, bottom, left, right]);
  return {
    value: tf.reshape(tf.maximum(left, right), [batch, height / 2, width / 2, channels]),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [top, bottom, left, right] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const columnwise = toLarger(tf.reshape(dy, left.shape), left, right);
      return tf.reshape(toLarger(tf.reshape(columnwise, top.shape), top, bottom), x.shape);
    },
  };
});

/** dy where `first` >= `second` beside dy where not, along axis 1. */
function toLarger(dy: tf.Tensor, first: tf.Tensor, second: tf.Tensor): tf.Tensor {
  const toFirst = tf.mul(dy, tf.cast(tf.greaterEqual(first, second), "float32"));
  return tf.concat([toFirst, tf.sub(dy, toFirst)], 1);
}

/**
 * Every n-th row and column of x [batch, height, width, channels], from the first: what a convolution of 1 x 1 and stride n
 * reads. TensorFlow's own gradient for the weights of such a convolution writes beyond its memory where there are few
 * channels (2.21, seen with 4 and 6).
 */
export function everyNth(x: tf.Tensor4D, n: number): tf.Tensor4D {
  if (n === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [Math.ceil(height / n), Math.ceil(width / n)];
  const whole =
    rows * n === height && columns * n === width
      ? x
      : tf.pad(x, [
          [0, 0],
          [0, rows * n - height],
          [0, columns * n - width],
          [0, 0],
        ]);
  const cells = tf.reshape(whole, [batch * rows, n, columns, n * channels]);
  const first = tf.slice(cells, [0, 0, 0, 0], [batch * rows, 1, columns, channels]);
  return tf.reshape(first, [batch, rows, columns, channels]);
}

/** What batch normalization gives in training. */
export interface BatchNormResult {
  readonly value: tf.Tensor4D;
  /** Mean and unbiased variance of this batch, by channel: what running statistics are made of. */
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalization of x [batch, height, width, channels] by the batch's own statistics;
 * call it within `tf.tidy`. Statistics carry no gradient of their own.
 */
export function batchNormTraining(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  { epsilon = 1e-5 } = {},
): BatchNormResult {
  const attributes = () => normAttributes(epsilon, true);
  const none = tf.tensor1d([]);
  const forward = [...attributes(), attribute.float("exponential_avg_factor", 1)];
  // outside of the differentiated function, which frees all that it makes but its value
  const [y, mean, variance, ...reserve] = execute(
    "FusedBatchNormV3",
    forward,
    [x, scale, offset, none, none],
    6,
  );
  const normalize = tf.customGrad((...args) => {
    const [x, scale, , save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([x, scale, ...reserve]);
    return {
      value: tf.clone(y!),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        execute("FusedBatchNormGradV3", attributes(), [dy, ...saved], 5).slice(0, 3),
    };
  });
  return {
    value: normalize(x, scale, offset) as tf.Tensor4D,
    mean: mean as tf.Tensor1D,
    variance: variance as tf.Tensor1D,
  };
}

/**
 * Batch normalization of x [batch, height, width, channels] by statistics that are given, which get no gradient: scale
 * (x - mean) / sqrt(variance + epsilon) + offset.
 */
export function batchNormStored(
  x: tf.Tensor4D,
  parts: Readonly<Record<"scale" | "offset" | "mean" | "variance", tf.Tensor>>,
  { epsilon = 1e-5 } = {},
): tf.Tensor4D {
  const { scale, offset, mean, variance } = parts;
  const normalize = tf.customGrad((...args) => {
    const [x, scale, offset, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const inputs = [x, scale, offset, mean, variance];
    const [y] = execute(
      "FusedBatchNormV3",
      [...normAttributes(epsilon, false), attribute.float("exponential_avg_factor", 1)],
      inputs,
      6,
    );
    save([x, scale, mean, variance]);
    return {
      value: y!,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        execute(
          "FusedBatchNormGradV3",
          normAttributes(epsilon, false),
          [dy, ...saved, tf.zerosLike(saved[2]!)],
          5,
        ).slice(0, 3),
    };
  });
  return normalize(x, scale, offset) as tf.Tensor4D;
}

/** Mean and unbiased variance by channel of x [batch, height, width, channels], without gradient. */
export function channelMoments(x: tf.Tensor4D): Pick<BatchNormResult, "mean" | "variance"> {
  const channels = x.shape[3];
  return batchNormTraining(x, tf.ones([channels]), tf.zeros([channels]));
}

function normAttributes(epsilon: number, isTraining: boolean) {
  return [
    attribute.float32("T"),
    attribute.float32("U"),
    attribute.float("epsilon", epsilon),
    attribute.string("data_format", "NHWC"),
    attribute.boolean("is_training", isTraining),
  ];
}
