import { stream } from "../../src/base/random/index.js";
import type { ImageDataset } from "../../src/datasets/index.js";
import type { Model } from "../../src/networks/index.js";

/** A small network of all that a ResNet has: a stem, a residual block that changes shape, batch norms, a mean. */
export const residualNet: Model = {
  name: "residual-test",
  input: [8, 8, 3],
  classes: 10,
  nodes: [
    { op: "conv", name: "stem", input: "input", filters: 4, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "batchNorm", name: "stem.norm", input: "stem" },
    { op: "activation", name: "act1", input: "stem.norm" },
    { op: "conv", name: "conv1", input: "act1", filters: 6, kernel: [3, 3], stride: 2, padding: "same" },
    { op: "batchNorm", name: "conv1.norm", input: "conv1", epsilon: 1e-3 },
    { op: "conv", name: "shortcut", input: "act1", filters: 6, kernel: [1, 1], stride: 2, padding: "same" },
    { op: "batchNorm", name: "shortcut.norm", input: "shortcut" },
    { op: "add", name: "sum", input: "conv1.norm", other: "shortcut.norm" },
    { op: "activation", name: "act2", input: "sum" },
    { op: "globalAveragePool", name: "mean", input: "act2" },
    { op: "linear", name: "fc", input: "mean", units: 10 },
  ],
};

/** Images of 8 x 8 in colour whose class is the colour that they are bright in, and how bright. */
export function colours(count: number): ImageDataset {
  const draws = stream("test", "colours");
  const images = new Uint8Array(count * 192);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = draws.integer(10);
    labels[i] = label;
    for (let p = 0; p < 192; p++) {
      const bright = p % 3 === label % 3 ? 50 + 50 * Math.floor(label / 3) : 0;
      images[i * 192 + p] = draws.integer(50) + bright;
    }
  }
  return { images, labels, count, height: 8, width: 8, channels: 3 };
}
