import { fileURLToPath } from "node:url";
import {
  fashionMnistSplit,
  type ImageDataset,
  loadFashionMnist,
  pickImages,
} from "../../src/datasets/index.js";
import type { Model } from "../../src/networks/index.js";

/** The network that PyTorch trained for notebook 08 (data/examples). */
export const FASHION_CNN = fileURLToPath(
  new URL("../../data/examples/fashion-cnn.safetensors", import.meta.url),
);

export const fashionCnn: Model = {
  name: "fashion-cnn",
  input: [28, 28, 1],
  classes: 10,
  nodes: [
    { op: "conv", name: "conv1", input: "input", filters: 8, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "maxPool", name: "pool1", input: "conv1", size: 2 },
    { op: "activation", name: "act1", input: "pool1" },
    { op: "conv", name: "conv2", input: "act1", filters: 16, kernel: [3, 3], stride: 1, padding: "valid" },
    { op: "maxPool", name: "pool2", input: "conv2", size: 2 },
    { op: "activation", name: "act2", input: "pool2" },
    { op: "flatten", name: "flat", input: "act2" },
    { op: "linear", name: "fc1", input: "flat", units: 20 },
    { op: "activation", name: "act3", input: "fc1" },
    { op: "linear", name: "fc2", input: "act3", units: 10 },
  ],
};

/** The first training and validation images. */
export function someImages(counts: {
  train: number;
  validation: number;
}): Record<keyof typeof counts, ImageDataset> {
  const all = loadFashionMnist({ split: "train" });
  const split = fashionMnistSplit();
  return {
    train: pickImages(all, split.train.subarray(0, counts.train)),
    validation: pickImages(all, split.validation.subarray(0, counts.validation)),
  };
}
