import UPNG from "upng-js";
import { describe, expect, test } from "vitest";
import { compactPng } from "../../../src/publishing/rendering/compact-png.js";

const SIZE = 64;
type Colour = readonly [number, number, number];

/** A picture of these pixels, and the pixels of a compact one. */
const pngOf = (colourAt: (x: number, y: number) => Colour) => {
  const pixels = Array.from({ length: SIZE * SIZE }, (_, i) => [
    ...colourAt(i % SIZE, Math.floor(i / SIZE)),
    255,
  ]);
  return new Uint8Array(UPNG.encode([Uint8Array.from(pixels.flat()).buffer], SIZE, SIZE, 0));
};
const pixelsOf = (png: Uint8Array) => {
  const image = UPNG.decode(new Uint8Array(png).buffer);
  expect([image.width, image.height]).toEqual([SIZE, SIZE]);
  return new Uint8Array(UPNG.toRGBA8(image)[0]!);
};

describe("a compact PNG", () => {
  test("of few and distinct colours is the same picture", () => {
    const png = pngOf((x, y) => [16 * (x >> 2), 32 * (y >> 3), 200]);
    expect(pixelsOf(compactPng(png))).toEqual(pixelsOf(png));
  });

  test("of more colours is nearly the same, a palette, and the same bytes each time", () => {
    const png = pngOf((x, y) => [4 * x, 4 * y, 2 * (x + y)]);
    const compact = compactPng(png);
    expect(compactPng(png).equals(compact)).toBe(true);
    expect(compact[25]).toBe(3); // colour type of the header: indexed
    const [before, after] = [pixelsOf(png), pixelsOf(compact)];
    const differences = before.map((value, i) => Math.abs(value - after[i]!));
    expect(differences.reduce((sum, d) => sum + d, 0) / differences.length).toBeLessThan(6);
  });
});
