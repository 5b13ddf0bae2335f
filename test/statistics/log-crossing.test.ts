import { expect, test } from "vitest";
import { logCrossing } from "../../src/statistics/index.js";

test("a level is crossed on a straight line over log x, at its first crossing", () => {
  expect(logCrossing([1, 100], [0, 2], 1)).toBeCloseTo(10, 12); // y = log10 x
  expect(logCrossing([1, 10, 1000], [0, 1, 3], 2)).toBeCloseTo(100, 10);
  expect(logCrossing([1, 4, 16, 64], [0, 3, 1, 3], 1.5)).toBeCloseTo(2, 12);
});

test("a level that a point has is crossed there; before the first point it is 0, beyond the last Infinity", () => {
  expect(logCrossing([1, 2, 4], [0, 1, 2], 1)).toBeCloseTo(2, 12);
  expect(logCrossing([1, 2], [1, 2], 1)).toBe(0);
  expect(logCrossing([1, 2], [0, 0.9], 1)).toBe(Infinity);
  expect(logCrossing([], [], 1)).toBe(Infinity);
  expect(logCrossing([1, 2], [NaN, NaN], 1)).toBe(Infinity);
});
