import { expect, it } from "vitest";
import { confusionMatrix } from "../../src/statistics/index.js";

it("confusionMatrix counts images by true class (row) and predicted class (column)", () => {
  const matrix = confusionMatrix(Uint8Array.of(0, 0, 1, 2, 0), Uint8Array.of(0, 2, 1, 0, 2), 3);
  expect(matrix).toEqual([
    [1, 0, 2],
    [0, 1, 0],
    [1, 0, 0],
  ]);
});

it("confusionMatrix of no images is all zeros", () => {
  expect(confusionMatrix(new Uint8Array(0), new Uint8Array(0), 2)).toEqual([
    [0, 0],
    [0, 0],
  ]);
});
