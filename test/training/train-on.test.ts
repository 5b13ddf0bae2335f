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
