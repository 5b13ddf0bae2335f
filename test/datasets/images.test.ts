import { describe, expect, it } from "vitest";
import { readIdx } from "../../src/datasets/idx.js";
import {
  gatherImages,
  gatherLabels,
  type ImageDataset,
  imageDataset,
  loadFashionMnist,
} from "../../src/datasets/index.js";

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

describe("imageDataset", () => {
  const pixels = new Uint8Array(12);
  const made =
    (labels: unknown, shape: unknown, images: unknown = pixels) =>
    () =>
      imageDataset(images as Uint8Array, labels as number[], shape as [number, number, number]);

  it("takes bytes, their labels and the shape of one image, and no images at all", () => {
    expect(made([0, 255], [2, 3, 1])()).toMatchObject({ count: 2, height: 2, width: 3, channels: 1 });
    expect(made([], [2, 3, 1], new Uint8Array(0))().count).toBe(0);
  });

  it("refuses labels that a byte does not hold, which would be taken for another class", () => {
    for (const label of [256, 299, -1, 0.5, "1"])
      expect(made([0, label], [2, 3, 1])).toThrow(`labels[1] must be an integer from 0 to 255, got ${label}`);
    expect(made(3, [2, 3, 1])).toThrow("labels must be a list of the class of each image, got 3");
    expect(made(undefined, [2, 3, 1])).toThrow("got nothing");
  });

  it("refuses a shape that is none, and pixels that are no bytes or too many", () => {
    for (const shape of [[2, 3], [2, 3, 0], [2, 3, 1, 1], 6, undefined])
      expect(made([0, 1], shape)).toThrow(/^shape must be \[height, width, channels\] of one image/);
    expect(made([0, 1], [2, 2, 1])).toThrow("images must have 8 bytes, for 2 labels");
    expect(made([0, 1], [2, 3, 1], new Float32Array(12))).toThrow("images must be a Uint8Array");
  });
});

it("loadFashionMnist refuses options that do not exist", () => {
  expect(() => loadFashionMnist({ split: "train", folder: "x" } as never)).toThrow(
    "loadFashionMnist has no option folder; its options are split, directory",
  );
  expect(() => loadFashionMnist(undefined as never)).toThrow("options of loadFashionMnist must be an object");
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
