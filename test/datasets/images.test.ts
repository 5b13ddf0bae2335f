import { describe, expect, it } from "vitest";
import { readIdx } from "../../src/datasets/idx.js";
import { gatherImages, gatherLabels, type ImageDataset } from "../../src/datasets/index.js";

const DATASET: ImageDataset = {
  images: Uint8Array.of(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23),
  labels: Uint8Array.of(7, 8, 9),
  count: 3,
  height: 1,
  width: 2,
  channels: 2,
};

describe("gatherImages and gatherLabels", () => {
  it("return the images and labels in the order of the indices, repeated ones too", () => {
    expect([...gatherImages(DATASET, [2, 0, 2])]).toEqual([20, 21, 22, 23, 0, 1, 2, 3, 20, 21, 22, 23]);
    expect([...gatherLabels(DATASET, Uint32Array.of(2, 0, 2))]).toEqual([9, 7, 9]);
  });

  it("return nothing for no indices, and copies otherwise", () => {
    expect(gatherImages(DATASET, [])).toEqual(new Uint8Array(0));
    expect(gatherLabels(DATASET, [])).toEqual(new Uint8Array(0));
    gatherImages(DATASET, [1]).fill(99);
    expect(DATASET.images[4]).toBe(10);
  });

  it("name the index that no image has", () => {
    for (const index of [3, -1, 0.5, Number.NaN]) {
      const message = `indices[1] must be an integer from 0 to 2, got ${index}`;
      expect(() => gatherImages(DATASET, [0, index])).toThrow(message);
      expect(() => gatherLabels(DATASET, [0, index])).toThrow(message);
    }
  });
});

describe("readIdx", () => {
  it("reads dimensions and elements", () => {
    const bytes = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);
    expect(readIdx(bytes)).toEqual({ shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    expect(readIdx(Buffer.from(bytes)).data.constructor).toBe(Uint8Array);
  });

  it("refuses another element type, a header cut short, and elements too few or too many", () => {
    expect(() => readIdx(Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0))).toThrow("got 0, 0, 13, 1");
    expect(() => readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0))).toThrow("must begin with 0, 0, 8");
    expect(() => readIdx(new Uint8Array(0))).toThrow("must begin with 0, 0, 8");
    expect(() => readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 1))).toThrow(
      "of shape [2] must have 2 elements, got 1",
    );
    expect(() => readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 1, 2))).toThrow("must have 1 elements, got 2");
  });
});
