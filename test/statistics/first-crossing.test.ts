import { expect, test } from "vitest";
import { firstCrossing } from "../../src/statistics/index.js";

test("the first crossing of a function is found between the nodes where it is passed, and is the first", () => {
  expect(firstCrossing([0, 1, 2], 0.5, (x) => x ** 2)).toBeCloseTo(Math.SQRT1_2, 12);
  expect(firstCrossing([0, 1, 2, 3, 4], 0.5, (x) => Math.sin((Math.PI * x) / 2))).toBeCloseTo(1 / 3, 12);
});

test("a level that a node has is crossed there; one that no node reaches, nowhere", () => {
  expect(firstCrossing([0, 1, 2], 1, (x) => x)).toBe(1);
  expect(firstCrossing([0, 1, 2], 0, (x) => x)).toBe(0);
  expect(firstCrossing([0, 1, 2], 2.5, (x) => x)).toBe(Infinity);
  expect(firstCrossing([0], 1, (x) => x)).toBe(Infinity);
  expect(firstCrossing([0, 1], 1, () => NaN)).toBe(Infinity);
});
