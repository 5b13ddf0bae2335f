import { expect, test } from "vitest";
import { pickImages } from "../../src/datasets/index.js";
import { importSafetensors } from "../../src/importing/index.js";
import { quantizePostTraining } from "../../src/importing/post-training/index.js";
import { codesOf, countCorrect, deploy, integerClassifier } from "../../src/inference/index.js";
import type { Checkpoint } from "../../src/networks/checkpoints/index.js";
import { trainOn } from "../../src/training/index.js";
import { FASHION_CNN, fashionCnn, someImages } from "../support/fashion-cnn.js";
import { tinyResNet } from "../support/integer-networks.js";

const bits = { weights: 2, activations: 2 };
const { train: dataset, validation } = someImages({ train: 1100, validation: 300 });
const data = {
  dataset,
  train: Uint32Array.from({ length: 1000 }, (_, i) => i),
  validation: Uint32Array.from({ length: 100 }, (_, i) => 1000 + i),
};
const start = importSafetensors(FASHION_CNN, fashionCnn);

test("a network from PyTorch that is trained on at 2 bits is better than the same quantized without training", async () => {
  const accuracy = (checkpoint: Checkpoint) => {
    const network = deploy(fashionCnn, checkpoint);
    const all = Uint32Array.from({ length: validation.count }, (_, i) => i);
    const classes = integerClassifier(network, validation, all).classify(codesOf(network));
    return countCorrect(classes, validation.labels) / validation.count;
  };
  const settings = { epochs: 1, batch: 32 };
  const trained = await trainOn(fashionCnn, start, data, { bits, settings });
  expect(trained.origin).toMatchObject({ arm: "trained-on", bits, study: "fashion-cnn" });
  expect(trained.origin.curve.map(({ phase }) => phase)).toEqual(["quantized"]);
  const untrained = quantizePostTraining(
    fashionCnn,
    start,
    pickImages(dataset, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    {
      bits,
    },
  );
  expect(accuracy(trained)).toBeGreaterThan(accuracy(untrained) + 0.05);
});

test("what cannot be trained on is refused, with what to do", async () => {
  await expect(trainOn(tinyResNet, start, data, { bits })).rejects.toThrow(
    /has the batch norm stem\.norm, which cannot be trained on; fold it first: importing\.foldBatchNorm/,
  );
  const quantized = { ...start, origin: { ...start.origin, arm: "as", bits } };
  await expect(trainOn(fashionCnn, quantized, data, { bits })).rejects.toThrow(
    "start must be a float network, got arm as, which is quantized",
  );
});

test("options and data that do not exist or do not fit are refused before anything is trained", async () => {
  const refused = (changes: object, own: object = data) =>
    expect(trainOn(fashionCnn, start, own as typeof data, { bits, ...changes })).rejects;
  await refused({ epochs: 1 }).toThrow(
    "trainOn has no option epochs; its options are bits, settings, sparsification, gradient, arm, onProgress, signal",
  );
  await refused({ settings: { epoch: 1 } }).toThrow(
    "settings has no option epoch; its options are epochs, batch, learningRate, momentum, weightDecay",
  );
  await refused({ settings: { epochs: 0.5 } }).toThrow(/settings\.epochs: .*got .*"epochs":0\.5/);
  await refused({ bits: { weights: 4 } }).toThrow(
    "bits.activations must be a whole number from 1 to 8, got nothing",
  );
  await refused({ bits: { weights: 9, activations: 4 } }).toThrow(
    "bits.weights must be a whole number from 1 to 8, got 9",
  );
  await refused({ bits: { weights: 4, activation: 4 } }).toThrow(/bits has no option activation;/);
  await refused({ bits: undefined }).toThrow(
    /options of bits must be an object with weights, activations, ends/,
  );
  await refused({ sparsification: { kind: "l2", alpha: 1 } }).toThrow(
    /sparsification\.kind must be one of none, l1, l1-mean, hoyer, fatrelu.*, got "l2"/,
  );
  await refused({ sparsification: { kind: "l1", alpha: -1 } }).toThrow(/sparsification\.alpha: .*-1/);
  await refused({ gradient: { rule: "sam" } }).toThrow(
    /gradient\.rule must be one of conventional, saq, .*got "sam"/,
  );
  await refused({ gradient: { rule: "saq", rho: 0.2, steps: 3 } }).toThrow(/gradient: .*steps/);
  await refused({}, { ...data, test: data.train }).toThrow(
    "data has no option test; its options are dataset, train, validation",
  );
  await refused({}, { ...data, train: data.train.subarray(0, 100) }).toThrow(
    "data.train must be a Uint32Array of at least 128 indices, one batch, of images, got a Uint32Array of 100",
  );
  await refused({}, { ...data, validation: [1] }).toThrow(
    "data.validation must be a Uint32Array of at least 1 index of images, got [1]",
  );
  const turned = { ...dataset, height: 14, width: 56 };
  await refused({}, { ...data, dataset: turned }).toThrow(/data must have images of 28 x 28 x 1/);
  const labels = dataset.labels.map(() => 10);
  await refused({}, { ...data, dataset: { ...dataset, labels } }).toThrow("labels must be below 10");
});
