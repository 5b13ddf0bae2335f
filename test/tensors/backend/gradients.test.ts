import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { stream } from "../../../src/base/random/index.js";
import {
  batchNormStored,
  batchNormTraining,
  biasAdd,
  crossEntropy,
  hasTensorFlow,
  loadBackend,
  maxPool,
} from "../../../src/tensors/backend/index.js";
import { everyNth } from "../../../src/tensors/backend/operations.js";
import { expectClose, normalTensor } from "../../support/tensors.js";

beforeAll(async () => {
  await loadBackend();
});

const key = stream("test", "gradients");
const normal = (...shape: number[]) => normalTensor(key, shape);

describe("loadBackend()", () => {
  it("runs TensorFlow on one thread with a pinned instruction set, and says so", async () => {
    const report = await loadBackend();
    expect(hasTensorFlow()).toBe(true);
    expect(report).toMatchObject({
      backend: "tensorflow",
      threads: 1,
      instructionSet: "AVX2",
      node: process.version,
    });
    expect(report.tensorflow).toMatch(/^2\.\d+\.\d+/);
    expect(process.env["TF_NUM_INTRAOP_THREADS"]).toBe("1");
  });
});

describe("native gradients equal the composed ones", () => {
  it("of relu: dy where x > 0, else 0", () => {
    const x = tf.tensor1d([-2, -0, 0, 1e-9, 3]);
    const gradient = tf.grad((x) => tf.relu(x))(x, tf.tensor1d([1, 2, 3, 4, 5]));
    expect([...gradient.dataSync()]).toEqual([0, 0, 0, 4, 5]);
  });

  it("of biasAdd: dy, and dy summed over all but the last axis", () => {
    const [x, bias, dy] = [normal(3, 4, 5, 2), normal(2), normal(3, 4, 5, 2)];
    const native = tf.grads((x: tf.Tensor, b: tf.Tensor) => biasAdd(x, b))([x, bias], dy);
    const composed = tf.grads((x: tf.Tensor, b: tf.Tensor) => tf.add(x, b))([x, bias], dy);
    expectClose(biasAdd(x, bias), tf.add(x, bias), 0);
    expectClose(native[0]!, composed[0]!, 0);
    expectClose(native[1]!, composed[1]!, 1e-5);
  });

  it("of the cross-entropy: (softmax - labels)/batch", () => {
    const logits = normal(6, 10);
    const labels = tf.oneHot(tf.tensor1d([0, 3, 9, 9, 2, 5], "int32"), 10).toFloat() as tf.Tensor2D;
    const { value, grad } = tf.valueAndGrad((z: tf.Tensor) => crossEntropy(z, labels))(logits);
    expectClose(value, tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1))), 1e-6);
    expectClose(grad, tf.div(tf.sub(tf.softmax(logits), labels), 6), 1e-6);
  });

  it("of the cross-entropy under an upstream factor", () => {
    const logits = normal(4, 3);
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 2], "int32"), 3).toFloat();
    const twice = tf.grad((z: tf.Tensor) => tf.mul(crossEntropy(z, labels), 2))(logits);
    expectClose(twice, tf.div(tf.mul(tf.sub(tf.softmax(logits), labels), 2), 4), 1e-6);
  });

  it("of max pooling: value and gradient of tfjs's own, at even, odd and larger windows", () => {
    for (const [height, width, size] of [
      [8, 6, 2],
      [7, 9, 2],
      [9, 6, 3],
    ] as const) {
      const x = normal(3, height, width, 5) as tf.Tensor4D;
      const plain = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, size, size, "valid");
      const ours = (x: tf.Tensor) => maxPool(x as tf.Tensor4D, size);
      const dy = normal(...plain(x).shape) as tf.Tensor4D;
      expectClose(ours(x), plain(x), 0);
      expectClose(tf.grad(ours)(x, dy), tf.grad(plain)(x, dy), 0);
    }
  });

  it("of max pooling goes to one element of a window where several are largest", () => {
    const x = tf.tensor4d([1, 2, 4, 4, 3, 0, 1, 4], [1, 2, 4, 1]);
    const gradient = tf.grad((x: tf.Tensor) => maxPool(x as tf.Tensor4D, 2))(
      x,
      tf.tensor4d([10, 20], [1, 1, 2, 1]),
    );
    expect([...gradient.dataSync()]).toEqual([0, 0, 20, 0, 10, 0, 0, 0]);
  });

  it("of batch normalization, against the formula written in tfjs operations", () => {
    const [x, scale, offset, dy] = [normal(8, 3, 3, 4), normal(4), normal(4), normal(8, 3, 3, 4)];
    const composed = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      const normalized = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
      return tf.add(tf.mul(normalized, scale), offset);
    };
    const native = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) =>
      batchNormTraining(x as tf.Tensor4D, scale as tf.Tensor1D, offset as tf.Tensor1D).value;
    expectClose(native(x, scale, offset), composed(x, scale, offset), 1e-5);
    const expected = tf.grads(composed)([x, scale, offset], dy);
    const gradients = tf.grads(native)([x, scale, offset], dy);
    for (const [i, gradient] of gradients.entries()) expectClose(gradient, expected[i]!, 1e-4);
  });

  it("of batch normalization, against finite differences of the value", () => {
    const [x, scale, offset, dy] = [normal(4, 2, 2, 2), normal(2), normal(2), normal(4, 2, 2, 2)];
    const value = (x: tf.Tensor) =>
      tf.sum(
        tf.mul(batchNormTraining(x as tf.Tensor4D, scale as tf.Tensor1D, offset as tf.Tensor1D).value, dy),
      );
    const direction = normal(4, 2, 2, 2);
    const h = 1e-2;
    const plus = value(tf.add(x, tf.mul(direction, h))).dataSync()[0]!;
    const minus = value(tf.sub(x, tf.mul(direction, h))).dataSync()[0]!;
    const slope = tf.sum(tf.mul(tf.grad(value)(x), direction)).dataSync()[0]!;
    expect(slope).toBeCloseTo((plus - minus) / (2 * h), 1);
  });

  it("of batch normalization by given statistics, against the formula written in tfjs operations", () => {
    const [x, scale, offset, dy] = [normal(8, 3, 3, 4), normal(4), normal(4), normal(8, 3, 3, 4)];
    const [mean, variance] = [normal(4), tf.abs(normal(4))];
    const composed = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) =>
      tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))), scale), offset);
    const native = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) =>
      batchNormStored(x as tf.Tensor4D, { scale, offset, mean, variance }, { epsilon: 1e-3 });
    expectClose(native(x, scale, offset), composed(x, scale, offset), 1e-5);
    const expected = tf.grads(composed)([x, scale, offset], dy);
    for (const [i, gradient] of tf.grads(native)([x, scale, offset], dy).entries())
      expectClose(gradient, expected[i]!, 1e-4);
  });

  it("of every n-th row and column: a convolution of 1 x 1 with that stride, at even and odd sizes", () => {
    for (const [height, width, n] of [
      [4, 6, 2],
      [5, 7, 2],
      [7, 3, 3],
      [1, 1, 2],
      [4, 4, 1],
    ] as const) {
      const x = normal(2, height, width, 3) as tf.Tensor4D;
      const w = normal(1, 1, 3, 5) as tf.Tensor4D;
      const ours = (x: tf.Tensor) => tf.conv2d(everyNth(x as tf.Tensor4D, n), w, 1, "valid");
      const plain = (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w, n, "same");
      expectClose(ours(x), plain(x), 1e-5);
      const dy = normal(...plain(x).shape) as tf.Tensor4D;
      expectClose(tf.grad(ours)(x, dy), tf.grad(plain)(x, dy), 1e-5);
    }
  });

  it("and batch normalization reports the batch's mean and variance", () => {
    const x = normal(5, 2, 2, 3) as tf.Tensor4D;
    const { mean, variance } = batchNormTraining(x, tf.ones([3]), tf.zeros([3]));
    const moments = tf.moments(x, [0, 1, 2]);
    expectClose(mean, moments.mean, 1e-5);
    expectClose(variance, tf.mul(moments.variance, 20 / 19), 1e-5);
  });
});
