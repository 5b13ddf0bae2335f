import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { fatRelu, hoyerPenalty, l1Penalty } from "../../src/tensors/sparsity/index.js";

import { sparsityOnTensors } from "../../src/tensors/sparsity/on-tensors.js";
import { scalarOf } from "../support/tensors.js";

beforeAll(async () => {
  await loadBackend();
});

const layers = () => [tf.tensor2d([0, 1, 2, 0, 0, 3], [2, 3]), tf.tensor4d([1, 0, 0, 5], [2, 1, 2, 1])];

describe("the L1 penalty", () => {
  it("is the sum over layers and units, averaged over the batch", () => {
    expect(scalarOf(l1Penalty(layers()))).toBe((1 + 2 + 3 + 1 + 5) / 2);
  });

  it("has the gradient 1/B at every unit", () => {
    const gradient = tf.grad((x: tf.Tensor) => l1Penalty([x]))(tf.tensor2d([1, 2, 3, 4], [2, 2]));
    expect([...gradient.dataSync()]).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});

describe("the L1 penalty by layer mean", () => {
  const penalty = (x: readonly tf.Tensor[], alpha = 1) =>
    sparsityOnTensors({ kind: "l1-mean", alpha }).penalty!(x);

  it("is the sum over layers of the mean over units and samples, times alpha", () => {
    expect(scalarOf(penalty(layers()))).toBeCloseTo((1 + 2 + 3) / 6 + (1 + 5) / 4, 6);
    expect(scalarOf(penalty(layers(), 3))).toBeCloseTo(3 * ((1 + 2 + 3) / 6 + (1 + 5) / 4), 5);
  });

  it("has a gradient of alpha over samples and units of the layer, so that a large layer is not pressed more", () => {
    const [small, large] = tf.grads((a: tf.Tensor, b: tf.Tensor) => penalty([a, b], 2))([
      tf.ones([2, 2]),
      tf.ones([2, 8]),
    ]);
    expect([...small!.dataSync()]).toEqual(Array(4).fill(0.5));
    expect([...large!.dataSync()]).toEqual(Array(16).fill(0.125));
    expect(() => penalty([])).toThrow("at least one layer");
  });
});

describe("the Hoyer penalty", () => {
  it("is 1 where one unit is active and the number of units where all are equal", () => {
    expect(scalarOf(hoyerPenalty([tf.tensor2d([0, 7, 0, 0], [1, 4])]))).toBeCloseTo(1, 6);
    expect(scalarOf(hoyerPenalty([tf.tensor2d([3, 3, 3, 3], [1, 4])]))).toBeCloseTo(4, 6);
  });

  it("averages over samples and layers", () => {
    const [a, b] = layers() as [tf.Tensor, tf.Tensor];
    const expected = ((9 / 5 + 1) / 2 + (1 + 1) / 2) / 2;
    expect(scalarOf(hoyerPenalty([a, b]))).toBeCloseTo(expected, 6);
  });

  it("does not change with the scale of the activations, as L1 does", () => {
    const scaled = layers().map((x) => tf.mul(x, 10));
    expect(scalarOf(hoyerPenalty(scaled))).toBeCloseTo(scalarOf(hoyerPenalty(layers())), 5);
    expect(scalarOf(l1Penalty(scaled))).toBeCloseTo(10 * scalarOf(l1Penalty(layers())), 4);
  });

  it("of a sample without an active unit is 0, and so is its gradient", () => {
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => hoyerPenalty([x]))(tf.zeros([1, 3]));
    expect(scalarOf(value)).toBe(0);
    expect([...grad.dataSync()]).toEqual([0, 0, 0]);
  });
});

describe("FATReLU", () => {
  it("passes what reaches its threshold, and its gradient", () => {
    const x = tf.tensor1d([-2, 0, 0.4, 0.5, 3]);
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => tf.sum(fatRelu(x, 0.5)))(x);
    expect(scalarOf(value)).toBe(3.5);
    expect([...grad.dataSync()]).toEqual([0, 0, 0, 1, 1]);
  });

  it("is ReLU at threshold 0, and refuses a negative one", () => {
    const x = tf.tensor1d([-1, 0, 2]);
    expect([...fatRelu(x, 0).dataSync()].map((v) => v + 0)).toEqual([0, 0, 2]);
    expect(() => fatRelu(x, -1)).toThrow("threshold must be a finite number >= 0, got -1");
  });
});

it("a penalty of no layers is refused", () => {
  expect(() => l1Penalty([])).toThrow("at least one layer");
});
