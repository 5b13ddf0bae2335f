import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { imageDataset } from "../../src/datasets/index.js";
import { foldBatchNorm, importNetwork } from "../../src/importing/index.js";
import { quantizePostTraining } from "../../src/importing/post-training/index.js";
import { normsOf } from "../../src/inference/deploy.js";
import { codesOf, compile, deploy, evaluate, floatEvaluator } from "../../src/inference/index.js";
import { lenet5, type Model } from "../../src/networks/index.js";
import { unflatten } from "../../src/networks/parameters.js";
import { toTensors } from "../../src/tensors/arrays.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { imageTensor } from "../../src/tensors/batches.js";
import { forward } from "../../src/tensors/forward.js";

import { randomImages, tinyResNet } from "../support/integer-networks.js";
import { withNorms } from "../support/network.js";

beforeAll(() => loadBackend());

test("the float pass on typed arrays gives the logits of the one on tensors, residual sums, strides and batch norm too", () => {
  for (const model of [lenet5, tinyResNet]) {
    const checkpoint = withNorms(model, "float");
    const data = randomImages(3, model.input, "float");
    const evaluate = floatEvaluator(model, checkpoint);
    const size = data.images.length / 3;
    const ours = [0, 1, 2].flatMap((i) => [
      ...evaluate(data.images.subarray(i * size, (i + 1) * size)).get(model.nodes.at(-1)!.name)!,
    ]);
    const theirs = tf.tidy(() => {
      const point = unflatten(model, checkpoint.parameters);
      const norms = Object.entries(normsOf(model, checkpoint)).flatMap(([name, { gain, offset }]) => [
        [`${name}.gain`, tf.tensor1d(Float32Array.from(gain))] as const,
        [`${name}.offset`, tf.tensor1d(Float32Array.from(offset))] as const,
      ]);
      const rest = { ...toTensors(point.rest), ...Object.fromEntries(norms) };
      const images = imageTensor(data, Uint32Array.of(0, 1, 2));
      return forward(model, toTensors(point.weights), rest, images, (x) => tf.relu(x)).dataSync();
    });
    const largest = Math.max(...theirs.map(Math.abs));
    expect(largest).toBeGreaterThan(0.1);
    for (const [i, value] of ours.entries())
      expect(Math.abs(value - theirs[i]!)).toBeLessThan(1e-5 * largest);
  }
});

/** One batch norm of one channel, and what its gain is by the formula. */
const normed = (epsilon?: number): Model => ({
  name: "normed",
  input: [2, 2, 1],
  classes: 1,
  nodes: [
    { op: "conv", name: "c", input: "input", filters: 1, kernel: [1, 1], stride: 1, padding: "valid" },
    { op: "batchNorm", name: "bn", input: "c", ...(epsilon !== undefined && { epsilon }) },
    { op: "activation", name: "a", input: "bn" },
    { op: "globalAveragePool", name: "g", input: "a" },
    { op: "linear", name: "fc", input: "g", units: 1 },
  ],
});

describe("a batch norm's epsilon", () => {
  const f32 = (shape: number[], value: number) => ({
    dtype: "F32" as const,
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
  });
  const tensors = (variance: number) => ({
    "c.weight": f32([1, 1, 1, 1], 0.5),
    "fc.weight": f32([1, 1], 1),
    "bn.gamma": f32([1], 2),
    "bn.beta": f32([1], 0.25),
    "bn.mean": f32([1], 0.125),
    "bn.variance": f32([1], variance),
  });
  const image = Uint8Array.of(255, 255, 255, 255);
  const imported = (model: Model, variance: number) =>
    importNetwork(model, tensors(variance), { layout: "flatenn" });

  test.each([
    [1e-3, 1e-3],
    [0.5, 0.5],
    [undefined, 1e-5],
  ])("of %s is %s in the float pass, in the deployed network and where it is folded", (told, epsilon) => {
    const model = normed(told);
    const variance = Math.fround(8e-5);
    const float = imported(model, variance);
    const gain = 2 / Math.sqrt(variance + epsilon);
    const expected = gain * (0.5 - 0.125) + 0.25;
    expect(floatEvaluator(model, float)(image).get("fc")![0]).toBeCloseTo(expected, 9);
    expect(normsOf(model, float)["bn"]!.gain[0]).toBeCloseTo(gain, 9);
    const folded = foldBatchNorm(model, float);
    expect(floatEvaluator(folded.model, folded.checkpoint)(image).get("fc")![0]! / expected).toBeCloseTo(
      1,
      6,
    );
    const images = imageDataset(image, [0], [2, 2, 1]);
    const quantized = quantizePostTraining(model, float, images, { bits: { weights: 8, activations: 8 } });
    const network = deploy(model, quantized);
    // One image at the top of every grid: the codes are exact but for a step of each grid.
    expect(evaluate(compile(network), codesOf(network), image).logits[0]! / expected).toBeCloseTo(1, 1);
    expect(network.norms!["bn"]!.gain[0]).toBeCloseTo(gain, 9);
  });

  test("cannot mend a variance below 0, which is refused", () => {
    const model = normed();
    expect(() => floatEvaluator(model, imported(model, -1))).toThrow(
      "the variances of batch norm bn must be at least 0, got -1 for channel 0",
    );
  });
});

test("the float pass takes images of the model's size alone", () => {
  const evaluate = floatEvaluator(lenet5, withNorms(lenet5, "size"));
  expect(() => evaluate(new Uint8Array(783))).toThrow(
    "image must be a Uint8Array of 784 pixels, 28 x 28 x 1, got a Uint8Array of 783",
  );
  expect(() => evaluate(new Float32Array(784) as never)).toThrow("got a Float32Array");
});

test("a checkpoint without a threshold is refused, since no activation would reach it", () => {
  const checkpoint = withNorms(lenet5, "threshold");
  for (const threshold of [undefined, Number.NaN, -1]) {
    const origin = { ...checkpoint.origin, threshold } as typeof checkpoint.origin;
    for (const use of [floatEvaluator, deploy])
      expect(() => use(lenet5, { ...checkpoint, origin })).toThrow(
        /^the threshold of a checkpoint must be a finite number from 0/,
      );
  }
});
