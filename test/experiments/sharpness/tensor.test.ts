import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { asymmetry, centralDifferences, networkLoss } from "../../../src/experiments/sharpness/index.js";
import { codesOf, type DeployedNetwork, deploy, integerClassifier } from "../../../src/inference/index.js";
import { lenet5, type Model } from "../../../src/networks/index.js";
import { loadBackend } from "../../../src/tensors/backend/index.js";
import { randomCheckpoint } from "../../support/network.js";
import { squares } from "../../support/study.js";
import { normals } from "../../support/surfaces.js";

beforeAll(async () => {
  await loadBackend();
});

const first = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

/** Every kind of node, few units: with few images no kink lies within a short step. */
const small: Model = {
  name: "small",
  input: [28, 28, 1],
  classes: 10,
  nodes: [
    { op: "conv", name: "conv1", input: "input", filters: 2, kernel: [9, 9], stride: 3, padding: "valid" },
    { op: "maxPool", name: "pool", input: "conv1", size: 3 },
    { op: "activation", name: "act1", input: "pool" },
    { op: "conv", name: "conv2", input: "act1", filters: 2, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "batchNorm", name: "norm", input: "conv2" },
    { op: "add", name: "sum", input: "norm", other: "act1" },
    { op: "activation", name: "act2", input: "sum" },
    { op: "globalAveragePool", name: "average", input: "act2" },
    { op: "linear", name: "fc1", input: "average", units: 6 },
    { op: "activation", name: "act3", input: "fc1" },
    { op: "linear", name: "fc2", input: "act3", units: 10 },
  ],
};

function smallNetwork(threshold = 0): DeployedNetwork {
  const { origin, parameters } = randomCheckpoint(small, "small");
  const norm = { gamma: [0.9, 1.1], beta: [0.3, 0.2], mean: [0, 0.1], variance: [1, 0.8] };
  const named = Object.entries(norm).map(([part, values]) => [
    `norm.${part}`,
    { shape: [2], data: Float32Array.from(values) },
  ]);
  return deploy(small, {
    origin: { ...origin, threshold },
    parameters: { ...parameters, ...Object.fromEntries(named) },
  });
}

describe("networkLoss()", () => {
  it("is the cross-entropy of the deployed network at its own weights: the integer engine's", () => {
    const network = deploy(lenet5, randomCheckpoint(lenet5, "loss"));
    const data = squares(40);
    const surface = networkLoss(network, data, first(40));
    const engine = integerClassifier(network, data, first(40));
    expect(surface.loss(surface.weights)).toBeCloseTo(engine.loss(codesOf(network), data.labels), 5);
  });

  it("does not quantize again: half a step of the grid changes it", () => {
    const network = deploy(lenet5, randomCheckpoint(lenet5, "loss"));
    const surface = networkLoss(network, squares(10), first(10));
    const nudged = surface.weights.map((w, i) => w + 0.2 * (network.layers[0]!.clip / 15) * Math.sin(i));
    expect(surface.loss(nudged)).not.toBeCloseTo(surface.loss(surface.weights), 5);
  });

  it.each([[0], [0.3]])(
    "has products that differences of its gradient agree with (threshold %d)",
    (threshold) => {
      const surface = networkLoss(smallNetwork(threshold), squares(3), first(3));
      const v = normals(surface.weights.length, "v");
      const exact = surface.product(v);
      const near = centralDifferences(surface.gradient, surface.weights, { step: 3e-4 })(v);
      const size = Math.hypot(...exact);
      expect(size).toBeGreaterThan(0.01);
      expect(Math.hypot(...exact.map((x, i) => x - near[i]!)) / size).toBeLessThan(0.01);
    },
  );

  it("has symmetric products where differences of its gradient are not: LeNet-5, across kinks", () => {
    const surface = networkLoss(deploy(lenet5, randomCheckpoint(lenet5, "kinks")), squares(64), first(64));
    const size = surface.weights.length;
    const key = ["test", "kinks"];
    expect(asymmetry(surface.product, size, { key })).toBeLessThan(1e-5);
    const differences = centralDifferences(surface.gradient, surface.weights, { step: 1e-4 });
    expect(asymmetry(differences, size, { key })).toBeGreaterThan(1e-4);
  });

  it("cuts images into batches without changing anything, and frees every tensor", () => {
    const network = smallNetwork();
    const before = tf.memory().numTensors;
    const data = squares(600);
    const whole = networkLoss(network, data, first(600));
    const halves = [first(300), first(300).map((i) => i + 300)].map((part) =>
      networkLoss(network, data, part),
    );
    const mean = (f: (surface: (typeof halves)[number]) => number) => (f(halves[0]!) + f(halves[1]!)) / 2;
    expect(whole.loss(whole.weights)).toBeCloseTo(
      mean(({ loss, weights }) => loss(weights)),
      5,
    );
    const v = normals(whole.weights.length, "v");
    for (const i of [0, 50, 200]) {
      expect(whole.gradient(whole.weights)[i]).toBeCloseTo(
        mean(({ gradient, weights }) => gradient(weights)[i]!),
        5,
      );
      expect(whole.product(v)[i]).toBeCloseTo(
        mean(({ product }) => product(v)[i]!),
        4,
      );
    }
    for (const surface of [whole, ...halves]) surface.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
