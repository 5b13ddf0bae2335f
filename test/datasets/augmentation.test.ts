import { describe, expect, it } from "vitest";
import { stream } from "../../src/base/random/index.js";
import { augmentImages } from "../../src/datasets/augmentation.js";
import { type ImageDataset, imageDataset } from "../../src/datasets/index.js";

/** Gives these numbers one after another, in place of drawn ones. */
const fixed = (...numbers: number[]) => ({ integer: () => numbers.shift()! });
const shown = ({ images }: ImageDataset) => [...images];

// 0 1 2
// 3 4 5
// 6 7 8
const image = imageDataset(
  Uint8Array.from({ length: 9 }, (_, i) => i),
  [4],
  [3, 3, 1],
);
const CROP_1 = { crop: 1, flip: true };

describe("augmentation", () => {
  it("with no move and no mirror, or with nothing to vary, is the image", () => {
    expect(augmentImages(image, CROP_1, fixed(1, 1, 0))).toEqual(image);
    for (let i = 0; i < 20; i++)
      expect(augmentImages(image, { crop: 0, flip: false }, stream("test", i))).toEqual(image);
  });

  it("moves the window and reflects what lies beyond the edge, the edge itself not repeated", () => {
    expect(shown(augmentImages(image, CROP_1, fixed(2, 1, 0)))).toEqual([3, 4, 5, 6, 7, 8, 3, 4, 5]);
    expect(shown(augmentImages(image, CROP_1, fixed(0, 1, 0)))).toEqual([3, 4, 5, 0, 1, 2, 3, 4, 5]);
    expect(shown(augmentImages(image, CROP_1, fixed(1, 0, 0)))).toEqual([1, 0, 1, 4, 3, 4, 7, 6, 7]);
    expect(shown(augmentImages(image, CROP_1, fixed(1, 2, 0)))).toEqual([1, 2, 1, 4, 5, 4, 7, 8, 7]);
  });

  it("mirrors what the window shows, and does not where that is not asked for", () => {
    expect(shown(augmentImages(image, CROP_1, fixed(1, 1, 1)))).toEqual([2, 1, 0, 5, 4, 3, 8, 7, 6]);
    expect(shown(augmentImages(image, { crop: 1, flip: false }, fixed(1, 1, 1)))).toEqual(shown(image));
  });

  it("is numpy's pad in mode reflect, cut out, then mirrored, colours staying together", () => {
    const [side, crop] = [6, 4];
    const draws = stream("test", "augmentation");
    const pixels = Uint8Array.from({ length: 2 * side * side * 3 }, () => draws.integer(256));
    const data = imageDataset(pixels, [0, 1], [side, side, 3]);
    for (let round = 0; round < 50; round++) {
      const [a, b] = [stream("test", round), stream("test", round)];
      const { images } = augmentImages(data, { crop, flip: true }, a);
      for (let i = 0; i < 2; i++) {
        const [down, right, mirror] = [b.integer(9), b.integer(9), b.integer(2)];
        const pad = (n: number) => [4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 4, 3, 2, 1][n]!; // numpy.pad(range(6), 4, "reflect")
        for (let y = 0; y < side; y++)
          for (let x = 0; x < side; x++)
            for (let c = 0; c < 3; c++) {
              const column = pad((mirror ? side - 1 - x : x) + right);
              const expected = pixels[((i * side + pad(y + down)) * side + column) * 3 + c];
              expect(images[((i * side + y) * side + x) * 3 + c]).toBe(expected);
            }
      }
    }
  });

  it("takes every distance equally often, and mirrors half", () => {
    // one bright pixel in the middle of 3 x 3 tells the move; its left neighbour tells the mirror
    const many = imageDataset(
      Uint8Array.from({ length: 9000 }, (_, i) => [0, 0, 0, 1, 2, 0, 0, 0, 0][i % 9]!),
      Array(1000).fill(0),
      [3, 3, 1],
    );
    const { images } = augmentImages(many, { crop: 1, flip: true }, stream("test", "shares"));
    const rows = [0, 0, 0];
    let mirrored = 0;
    for (let i = 0; i < 1000; i++) {
      const at = images.subarray(i * 9, i * 9 + 9).indexOf(2);
      rows[Math.floor(at / 3)]!++;
      if (at % 3 === 1 && images[i * 9 + at + 1] === 1) mirrored++;
    }
    // the middle row is seen in the first row when the window moves down; reflected, up: both rows show it
    expect(rows[0]! + rows[1]!).toBe(1000);
    expect(Math.abs(rows[1]! - 1000 / 3)).toBeLessThan(60);
    expect(mirrored).toBeGreaterThan(100);
  });

  it("does not change what it is given, keeps labels, takes no images at all, and refuses a crop as large as the image", () => {
    const before = shown(image);
    expect([...augmentImages(image, CROP_1, fixed(0, 0, 1)).labels]).toEqual([4]);
    expect(shown(image)).toEqual(before);
    expect(augmentImages(imageDataset(new Uint8Array(0), [], [3, 3, 1]), CROP_1, fixed()).count).toBe(0);
    for (const crop of [3, -1, 0.5])
      expect(() => augmentImages(image, { crop, flip: false }, fixed(0, 0, 0))).toThrow(
        `crop of an augmentation must be a whole number of pixels from 0 to 2 for images of 3 x 3, got ${crop}`,
      );
  });
});
