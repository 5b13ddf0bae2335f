import { stream } from "../../src/base/random/index.js";
import type { ImageDataset } from "../../src/datasets/index.js";
import type { Study } from "../../src/studies/index.js";
import { findStudy } from "../../src/studies/index.js";

/** The quick study made tiny: seconds instead of minutes. */
export function tinyStudy(changes: Partial<Study> = {}): Study {
  const quick = findStudy("lenet5-fashion", "quick");
  return {
    ...quick,
    float: { ...quick.float, epochs: 2, batch: 32 },
    quantized: { ...quick.quantized, epochs: 3, batch: 32 },
    campaign: { ...quick.campaign, images: 100, maps: 2, rates: [0.01, 0.05] },
    ...changes,
  };
}

/** Images of 28 x 28 whose class is where their bright square lies: learned within a few steps. */
export function squares(count: number): ImageDataset {
  const draws = stream("test", "squares");
  const images = new Uint8Array(count * 784);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = draws.integer(10);
    labels[i] = label;
    for (let p = 0; p < 784; p++) images[i * 784 + p] = draws.integer(60);
    const [top, left] = [4 + 12 * Math.floor(label / 5), 1 + 5 * (label % 5)];
    for (let y = 0; y < 6; y++)
      for (let x = 0; x < 5; x++) images[i * 784 + (top + y) * 28 + left + x] = 200 + draws.integer(50);
  }
  return { images, labels, count, height: 28, width: 28, channels: 1 };
}
