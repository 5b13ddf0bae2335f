import { describe, expect, test } from "vitest";
import { scalarValue } from "../../../src/base/arrays.js";
import { stream } from "../../../src/base/random/index.js";
import type { ImageDataset } from "../../../src/datasets/index.js";
import { importSafetensors } from "../../../src/importing/index.js";
import { quantizePostTraining } from "../../../src/importing/post-training/index.js";
import {
  codesOf,
  countCorrect,
  deploy,
  floatClasses,
  integerClassifier,
} from "../../../src/inference/index.js";
import type { Checkpoint } from "../../../src/networks/checkpoints/index.js";
import type { Bits, Model } from "../../../src/networks/index.js";
import { chooseClip, squaredError } from "../../../src/quantization/index.js";
import { FASHION_CNN, fashionCnn, someImages } from "../../support/fashion-cnn.js";

describe("chooseClip", () => {
  const draws = stream("test", "clips");
  const values = Float32Array.from({ length: 2000 }, () => draws.normal());
  const largest = values.reduce((found, x) => Math.max(found, Math.abs(x)), 0);

  test("takes a share of the largest magnitude, of the positive values alone for activations", () => {
    expect(chooseClip(values, "weights", 4, { rule: "share", share: 0.8 })).toBe(0.8 * largest);
    expect(chooseClip(Float32Array.of(-3, 0, 2, 1), "activations", 4, { rule: "share", share: 1 })).toBe(2);
  });

  test("finds mean|w| as the best clip of one bit, up to its step of 1 % of the largest magnitude", () => {
    // Q(w) = +-c, so the squared error is the sum of (c - |w|)^2.
    const mean = values.reduce((sum, x) => sum + Math.abs(x), 0) / values.length;
    const clip = chooseClip(values, "weights", 1, { rule: "least-squares" });
    expect(Math.abs(clip - mean)).toBeLessThanOrEqual(0.5001 * 0.01 * largest);
  });

  test("has no larger error at its choice than at any finer clip nearby but for the step", () => {
    for (const grid of ["weights", "activations"] as const)
      for (const bits of [2, 4, 8]) {
        const counted = grid === "weights" ? values : values.filter((x) => x > 0);
        const clip = chooseClip(values, grid, bits, { rule: "least-squares" });
        const errorAt = (c: number) => squaredError(counted, grid, c, bits);
        expect(errorAt(clip)).toBeLessThanOrEqual(errorAt(clip + 0.01 * largest));
        expect(errorAt(clip)).toBeLessThanOrEqual(errorAt(Math.max(clip - 0.01 * largest, 0.001)));
        expect(errorAt(clip)).toBeLessThanOrEqual(errorAt(0.8 * largest));
      }
  });

  test("leaves values on the grid as they are: error 0 at their own clip", () => {
    const onGrid = Float32Array.of(-1.5, -0.5, 0.5, 1.5);
    expect(chooseClip(onGrid, "weights", 2, { rule: "least-squares" })).toBe(1.5);
    expect(squaredError(onGrid, "weights", 1.5, 2)).toBe(0);
  });

  test("refuses values of which there is nothing to clip, and a share that is none", () => {
    expect(() => chooseClip(new Float32Array(3), "weights", 4, { rule: "least-squares" })).toThrow(
      "all 3 values are 0, so there is nothing to clip",
    );
    expect(() => chooseClip(Float32Array.of(1), "weights", 4, { rule: "share", share: 1.2 })).toThrow(
      "share must be above 0 and at most 1, got 1.2",
    );
  });
});

describe("quantizePostTraining", () => {
  const images = someImages({ train: 20, validation: 200 });
  const float = importSafetensors(FASHION_CNN, fashionCnn);
  const correct = (classes: Uint8Array) => countCorrect(classes, images.validation.labels);
  const correctOf = (checkpoint: Checkpoint) => {
    const network = deploy(fashionCnn, checkpoint);
    const all = Uint32Array.from({ length: images.validation.count }, (_, i) => i);
    return correct(integerClassifier(network, images.validation, all).classify(codesOf(network)));
  };
  const quantized = (bits: Bits) => quantizePostTraining(fashionCnn, float, images.train, { bits });

  test("keeps the accuracy of a network from PyTorch at 8 bits, and most of it at 4", () => {
    const floatCorrect = correct(floatClasses(fashionCnn, float, images.validation));
    expect(floatCorrect / 200).toBeGreaterThan(0.86);
    expect(Math.abs(correctOf(quantized({ weights: 8, activations: 8 })) - floatCorrect)).toBeLessThanOrEqual(
      3,
    );
    expect(correctOf(quantized({ weights: 4, activations: 4 })) / 200).toBeGreaterThan(0.83);
  });

  test("chooses each clip from the layer's own values and bits, and changes no weight", () => {
    const { origin, parameters } = quantized({ weights: 2, activations: 3, ends: 8 });
    expect(origin).toMatchObject({ arm: "post-training", bits: { weights: 2, activations: 3, ends: 8 } });
    for (const [name, bits] of [
      ["conv1", 8],
      ["conv2", 2],
      ["fc1", 2],
      ["fc2", 8],
    ] as const) {
      const weight = float.parameters[`${name}.weight`]!;
      expect(parameters[`${name}.weight`]).toBe(weight);
      expect(scalarValue(parameters[`${name}.weight_clip`]!)).toBe(
        Math.fround(chooseClip(weight.data, "weights", bits, { rule: "least-squares" })),
      );
    }
  });

  test("refuses a quantized start, no images, a dead activation and a model that is no integer program", () => {
    const bits = { weights: 4, activations: 4 };
    const run = (model: Model, start: Checkpoint, data: ImageDataset) => () =>
      quantizePostTraining(model, start, data, { bits });
    expect(run(fashionCnn, quantized(bits), images.train)).toThrow(
      "checkpoint must be of a float network, got arm post-training",
    );
    const none = { ...images.train, count: 0 };
    expect(run(fashionCnn, float, none)).toThrow("images must hold at least one calibration image, got none");
    const dead = float.parameters["fc1.bias"]!;
    const parameters = {
      ...float.parameters,
      "fc1.bias": { shape: dead.shape, data: dead.data.map(() => -1000) },
    };
    expect(run(fashionCnn, { ...float, parameters }, images.train)).toThrow(
      "act3.clip: all 400 values are 0, so there is nothing to clip",
    );
    const pooledLate: Model = {
      ...fashionCnn,
      nodes: fashionCnn.nodes.map((node) =>
        node.name === "act1"
          ? { ...node, input: "conv1", name: "pool1" }
          : node.name === "pool1"
            ? { op: "maxPool", name: "act1", input: "pool1", size: 2 }
            : node,
      ),
    };
    const [conv, pool, act, ...rest] = pooledLate.nodes;
    expect(run({ ...pooledLate, nodes: [conv!, act!, pool!, ...rest] }, float, images.train)).toThrow(
      /node act1 \(maxPool\) .* max pooling must stand between a weight layer and its activation/,
    );
  });

  test("refuses options that do not exist, bits that are none, images of another size and what is no checkpoint", () => {
    const run =
      (options: unknown, start: unknown = float, data = images.train) =>
      () =>
        quantizePostTraining(fashionCnn, start as Checkpoint, data, options as { bits: Bits });
    const bits = { weights: 4, activations: 4 };
    expect(run({ bits, clips: { rule: "share", share: 1 } })).toThrow(
      "quantizePostTraining has no option clips; its options are bits, weightClips, activationClips",
    );
    expect(run(undefined)).toThrow(/options of quantizePostTraining must be an object with bits, /);
    expect(run({})).toThrow("options of bits must be an object with weights, activations, ends, got nothing");
    expect(run({ bits: 4 })).toThrow(
      "options of bits must be an object with weights, activations, ends, got 4",
    );
    expect(run({ bits: { weights: 4 } })).toThrow(
      "bits.activations must be a whole number from 1 to 8, got nothing",
    );
    expect(run({ bits: { ...bits, ends: 16 } })).toThrow(
      "bits.ends must be a whole number from 1 to 8, got 16",
    );
    expect(run({ bits, weightClips: { rule: "max" } })).toThrow(
      `conv1.weight_clip: a clip's rule must be share or least-squares, got {"rule":"max"}`,
    );
    const turned = { ...images.train, height: 14, width: 56 };
    expect(run({ bits }, float, turned)).toThrow(
      /data must have images of 28 x 28 x 1, as model fashion-cnn/,
    );
    const cut = { ...images.train, images: images.train.images.subarray(1) };
    expect(run({ bits }, float, cut)).toThrow(
      "data must have 15680 bytes and 20 labels for its count of images",
    );
    expect(run({ bits }, fashionCnn)).toThrow(/a checkpoint must have origin and parameters/);
  });
});
