import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Array32, type Arrays, mapArrays } from "../../src/base/arrays.js";
import { stream } from "../../src/base/random/index.js";
import { floatEvaluator } from "../../src/inference/float.js";
import type { Checkpoint } from "../../src/networks/checkpoints/index.js";
import { flatten, idleBiases, runningStatistics, unflatten } from "../../src/networks/parameters.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { type Batch, batchAt } from "../../src/tensors/batches.js";
import { classifyFloat } from "../../src/tensors/classify-float.js";
import type { GradientRule } from "../../src/training/gradients/rules.js";
import type { Statistics } from "../../src/training/gradients/statistics.js";
import { batchLoss } from "../../src/training/loss.js";
import { normObserver } from "../../src/training/norm-statistics.js";
import { absorbIdleBiases, addClips, initialPoint, initialStatistics } from "../../src/training/start.js";
import { trainStep } from "../../src/training/step.js";
import { tensorLoss } from "../../src/training/tensor-loss.js";
import { withNorms } from "../support/network.js";
import { colours, residualNet as model } from "../support/residual.js";

const COUNT = 12;
const SHARE = 0.25;
const dataset = colours(COUNT);
const indices = Uint32Array.from({ length: COUNT }, (_, i) => i);
const { origin, parameters: withBiases } = withNorms(model, "batch-norm");
const parameters: Arrays = absorbIdleBiases(model, withBiases);
const floatOrigin = { ...origin, bits: null };
let batch: Batch;
beforeAll(async () => {
  await loadBackend();
  batch = batchAt(dataset, indices, model.classes);
});
afterAll(() => tf.dispose([batch.images, batch.labels]));

/** The loss of the float network with batch norm by some statistics, and its gradient. */
function lossBy(by: Statistics, pass: "first" | "second" = "first") {
  const observer = normObserver(runningStatistics(model, parameters), SHARE);
  const loss = tensorLoss(
    batchLoss(model, batch, {
      activationBits: undefined,
      sparsification: { kind: "none" },
      norms: { observer, by: { first: by, second: by } },
    }),
  );
  return { observer, gradient: (weights: Arrays, rest: Arrays) => loss(weights, rest, pass) };
}

function trainedPart() {
  const idle = idleBiases(model);
  return unflatten(model, Object.fromEntries(Object.entries(parameters).filter(([name]) => !idle.has(name))));
}

/** The loss in float64, written out: convolutions, batch norm by either statistics, ReLU, sum, mean, cross-entropy. */
function exactLoss(
  weights: Record<string, Float64Array>,
  rest: Record<string, Float64Array>,
  by: Statistics,
): number {
  const moments: Record<string, { mean: Float64Array; variance: Float64Array }> = {};
  const conv = (
    x: Float64Array,
    name: string,
    [side, inputs, outputs]: number[],
    kernel: number,
    stride: number,
  ) => {
    const to = side! / stride;
    // "same": of the zeros that are needed the smaller half stands before
    const before = Math.floor(Math.max((to - 1) * stride + kernel - side!, 0) / 2);
    const y = new Float64Array(COUNT * to * to * outputs!);
    for (let n = 0; n < COUNT; n++)
      for (let r = 0; r < to; r++)
        for (let s = 0; s < to; s++)
          for (let u = 0; u < kernel; u++)
            for (let v = 0; v < kernel; v++) {
              const [a, b] = [r * stride + u - before, s * stride + v - before];
              if (a < 0 || b < 0 || a >= side! || b >= side!) continue;
              for (let c = 0; c < inputs!; c++)
                for (let o = 0; o < outputs!; o++)
                  y[((n * to + r) * to + s) * outputs! + o]! +=
                    x[((n * side! + a) * side! + b) * inputs! + c]! *
                    weights[name]![((u * kernel + v) * inputs! + c) * outputs! + o]!;
            }
    return y;
  };
  const norm = (x: Float64Array, name: string, channels: number, epsilon: number) => {
    const places = x.length / channels;
    const [mean, variance] = [new Float64Array(channels), new Float64Array(channels)];
    for (const [i, value] of x.entries()) mean[i % channels]! += value / places;
    for (const [i, value] of x.entries())
      variance[i % channels]! += (value - mean[i % channels]!) ** 2 / places;
    moments[name] = { mean, variance: variance.map((v) => (v * places) / (places - 1)) };
    const part = (of: string) => Float64Array.from(parameters[`${name}.${of}`]!.data);
    const [m, v] = by === "batch" ? [mean, variance] : [part("mean"), part("variance")];
    return x.map((value, i) => {
      const c = i % channels;
      return (
        (rest[`${name}.gamma`]![c]! * (value - m[c]!)) / Math.sqrt(v[c]! + epsilon) +
        rest[`${name}.beta`]![c]!
      );
    });
  };
  const relu = (x: Float64Array) => x.map((value) => Math.max(value, 0));
  const input = Float64Array.from(dataset.images, (pixel) => Math.fround(pixel / 255));
  const act1 = relu(norm(conv(input, "stem", [8, 3, 4], 3, 1), "stem.norm", 4, 1e-5));
  const a = norm(conv(act1, "conv1", [8, 4, 6], 3, 2), "conv1.norm", 6, 1e-3);
  const b = norm(conv(act1, "shortcut", [8, 4, 6], 1, 2), "shortcut.norm", 6, 1e-5);
  const act2 = relu(a.map((value, i) => value + b[i]!));
  let loss = 0;
  for (let n = 0; n < COUNT; n++) {
    const logits = Float64Array.from(rest["fc.bias"]!);
    for (let p = 0; p < 16; p++)
      for (let c = 0; c < 6; c++)
        for (let o = 0; o < 10; o++)
          logits[o]! += (act2[(n * 16 + p) * 6 + c]! / 16) * weights["fc"]![c * 10 + o]!;
    const most = Math.max(...logits);
    const sum = logits.reduce((total, z) => total + Math.exp(z - most), 0);
    loss += (Math.log(sum) + most - logits[dataset.labels[n]!]!) / COUNT;
  }
  exactMoments = moments;
  return loss;
}
let exactMoments: Record<string, { mean: Float64Array; variance: Float64Array }> = {};

const wide = (arrays: Arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, Float64Array.from(data)]));

describe.each(["batch", "stored"] as const)("the gradient through batch norm by %s statistics", (by) => {
  const { weights, rest } = trainedPart();
  const norms = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.endsWith(".clip")));

  it("is that of the loss written out in float64, by central differences along many directions", () => {
    const { gradient } = lossBy(by);
    const found = gradient(weights, norms);
    expect(found.loss).toBeCloseTo(exactLoss(wide(weights), wide(norms), by), 5);
    for (let k = 0; k < 12; k++) {
      const draws = stream("test", "direction", by, k);
      const direction = (arrays: Arrays) =>
        Object.fromEntries(
          Object.entries(arrays).map(([n, { data }]) => [n, Float64Array.from(data, () => draws.normal())]),
        );
      const [dw, dr] = [direction(weights), direction(norms)];
      const moved = (x: Arrays, d: Record<string, Float64Array>, h: number) =>
        Object.fromEntries(
          Object.entries(wide(x)).map(([n, values]) => [n, values.map((v, i) => v + h * d[n]![i]!)]),
        );
      const at = (h: number) => exactLoss(moved(weights, dw, h), moved(norms, dr, h), by);
      const h = 1e-7; // so small that no unit crosses the corner of its ReLU
      const expected = (at(h) - at(-h)) / (2 * h);
      const dot = (g: Arrays, d: Record<string, Float64Array>) =>
        Object.entries(g).reduce(
          (sum, [n, { data }]) => sum + data.reduce((s, v, i) => s + v * d[n]![i]!, 0),
          0,
        );
      expect(Math.abs(dot(found.weights, dw) + dot(found.rest, dr) - expected)).toBeLessThan(
        1e-4 * Math.max(1, Math.abs(expected)),
      );
    }
  });

  it("moves the running statistics by the first pass to (1 - share) r + share times the batch's mean and unbiased variance, and by the second not", () => {
    const { observer, gradient } = lossBy(by);
    gradient(weights, norms);
    exactLoss(wide(weights), wide(norms), by);
    for (const [name, { data }] of Object.entries(observer.statistics)) {
      const [, node, part] = /^(.*)\.(mean|variance)$/.exec(name)!;
      const batchOwn = exactMoments[node!]![part as "mean" | "variance"];
      const before = parameters[name]!.data;
      for (const [i, after] of data.entries())
        expect(after).toBeCloseTo((1 - SHARE) * before[i]! + SHARE * batchOwn[i]!, 5);
    }
    const second = lossBy(by, "second");
    second.gradient(weights, norms);
    expect(second.observer.statistics).toEqual(runningStatistics(model, parameters));
  });
});

it("a float network with batch norm is classified by its running statistics, as the float64 evaluator does", () => {
  const checkpoint: Checkpoint = { origin: floatOrigin, parameters: withBiases };
  const evaluate = floatEvaluator(model, checkpoint);
  const expected = Array.from(indices, (i) => {
    const logits = evaluate(dataset.images.subarray(i * 192, (i + 1) * 192)).get("fc")!;
    return logits.indexOf(Math.max(...logits));
  });
  expect([...classifyFloat(model, checkpoint, dataset, indices)]).toEqual(expected);
});

it("biases before batch norm become part of the running mean, which changes no logit", () => {
  const logitsOf = (parameters: Arrays) =>
    floatEvaluator(model, { origin: floatOrigin, parameters })(dataset.images.subarray(0, 192)).get("fc")!;
  const [before, after] = [logitsOf(withBiases), logitsOf(parameters)];
  for (const [i, value] of before.entries()) expect(after[i]).toBeCloseTo(value, 5);
  expect([...idleBiases(model)]).toEqual(["stem.bias", "conv1.bias", "shortcut.bias"]);
  for (const name of idleBiases(model)) expect(parameters[name]!.data.every((b) => b === 0)).toBe(true);
  expect(parameters["fc.bias"]).toEqual(withBiases["fc.bias"]);
});

describe("a training step of a network with batch norm", () => {
  const zeros = (arrays: Arrays) => mapArrays(arrays, (x) => new Float32Array(x.length));
  const W4A4 = { weights: 4, activations: 4 };
  const step = (
    gradient: GradientRule,
    changes: { bits?: typeof W4A4; statisticsShare?: number } = { bits: W4A4 },
  ) =>
    trainStep(model, { parameters, velocity: zeros(parameters) }, batch, {
      bits: changes.bits,
      sparsification: { kind: "none" },
      gradient,
      learningRate: 0.01,
      momentum: 0.9,
      weightDecay: 1e-4,
      ...(changes.statisticsShare !== undefined && { statisticsShare: changes.statisticsShare }),
    }).state;
  const statisticsAfter = (...args: Parameters<typeof step>) =>
    runningStatistics(model, step(...args).parameters);

  it("trains gamma and beta, without weight decay, and leaves biases that do nothing at 0", () => {
    const after = step({ rule: "conventional" }).parameters;
    for (const name of ["stem.norm.gamma", "shortcut.norm.beta", "fc.bias", "conv1.weight"])
      expect(after[name]!.data).not.toEqual(parameters[name]!.data);
    for (const name of idleBiases(model)) expect(after[name]!.data.every((b) => b === 0)).toBe(true);
  });

  it("moves running statistics in its first pass alone: SAQ's are those of the conventional step, bit for bit", () => {
    const plain = statisticsAfter({ rule: "conventional" });
    expect(statisticsAfter({ rule: "saq", rho: 0.5 })).toEqual(plain);
    expect(plain).not.toEqual(runningStatistics(model, parameters));
    expect(statisticsAfter({ rule: "conventional" }, { bits: W4A4, statisticsShare: 0 })).toEqual(
      runningStatistics(model, parameters),
    );
  });

  it("by stored statistics is another step than by the batch's, in each pass by itself", () => {
    const saq = (own: object) =>
      step({ rule: "saq", rho: 0.5, ...own } as GradientRule).parameters["conv1.weight"]!.data;
    const all = [
      {},
      { statistics: "stored" },
      { secondStatistics: "stored" },
      { statistics: "stored", secondStatistics: "batch" },
    ];
    const results = all.map(saq);
    for (const [i, a] of results.entries()) for (const b of results.slice(i + 1)) expect(a).not.toEqual(b);
    expect(saq({ statistics: "batch", secondStatistics: "batch" })).toEqual(results[0]);
    expect(saq({ statistics: "stored", secondStatistics: "stored" })).toEqual(results[1]);
  });

  it("frees every tensor it makes", () => {
    const before = tf.memory().numTensors;
    step({ rule: "saq", rho: 0.5, statistics: "stored" });
    step({ rule: "conventional" });
    expect(tf.memory().numTensors).toBe(before);
  });
});

it("a new network has gamma 1, beta 0, mean 0 and variance 1, and clips from its activations by these", () => {
  const point = initialPoint(model, "test", 0);
  const statistics = initialStatistics(model);
  const all: Record<string, Array32> = { ...flatten(point), ...statistics };
  for (const [part, value] of Object.entries({ gamma: 1, beta: 0, mean: 0, variance: 1 }))
    expect([...all[`conv1.norm.${part}`]!.data]).toEqual(Array(6).fill(value));
  const clipped = addClips(model, point, batch.images, { kind: "none" }, { statistics });
  const evaluate = floatEvaluator(model, { origin: floatOrigin, parameters: all });
  const largest = Math.max(
    ...Array.from(indices, (i) =>
      Math.max(...evaluate(dataset.images.subarray(i * 192, (i + 1) * 192)).get("act2")!),
    ),
  );
  expect(clipped.rest["act2.clip"]!.data[0]).toBeCloseTo(0.8 * largest, 4);
});
