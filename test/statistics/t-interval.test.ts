import { expect, test } from "vitest";
import { stream } from "../../src/base/random/stream.js";
import { minimumDetectableEffect, tInterval } from "../../src/statistics/index.js";

test("tInterval of 1..5 is 3 +- 2.7764 sqrt(2.5 / 5)", () => {
  const interval = tInterval([1, 2, 3, 4, 5]);
  expect(interval).toMatchObject({ mean: 3, df: 4, n: 5 });
  expect(interval.sd).toBeCloseTo(Math.sqrt(2.5), 12);
  expect(interval.standardError).toBeCloseTo(Math.sqrt(0.5), 12);
  expect(interval.high - 3).toBeCloseTo(2.776445 * Math.sqrt(0.5), 6);
  expect(3 - interval.low).toBeCloseTo(interval.high - 3, 12);
});

test("tInterval of equal values has no width", () => {
  expect(tInterval([2, 2, 2])).toMatchObject({ mean: 2, low: 2, high: 2, sd: 0 });
});

test("tInterval of one value has a mean and no bounds", () => {
  expect(tInterval([2])).toEqual({ mean: 2, sd: NaN, standardError: NaN, df: 0, low: NaN, high: NaN, n: 1 });
});

test("tInterval refuses no values and values that are not finite", () => {
  expect(() => tInterval([])).toThrow("values must have at least one number, got none");
  expect(() => tInterval([1, NaN])).toThrow("values[1] must be a finite number, got NaN");
});

test("minimumDetectableEffect is (1.960 + 0.842) standard errors for a normal estimate", () => {
  expect(minimumDetectableEffect(1, Infinity)).toBeCloseTo(2.8016, 4);
  expect(minimumDetectableEffect(3, Infinity)).toBeCloseTo(3 * 2.8016, 3);
});

test("minimumDetectableEffect: a t test on 5 values finds an effect of that size about 80 % of the time", () => {
  const draws = stream("test", "power");
  const effect = minimumDetectableEffect(1 / Math.sqrt(5), 4);
  let found = 0;
  for (let i = 0; i < 4000; i++) {
    if (tInterval(Array.from({ length: 5 }, () => effect + draws.normal())).low > 0) found++;
  }
  expect(found / 4000).toBeGreaterThan(0.77);
  expect(found / 4000).toBeLessThan(0.86);
});

test("minimumDetectableEffect is 0 without any error and unknown with an unknown one", () => {
  expect(minimumDetectableEffect(0, 4)).toBe(0);
  expect(minimumDetectableEffect(NaN, 0)).toBeNaN();
  expect(() => minimumDetectableEffect(-1, 4)).toThrow("standardError must be at least 0, got -1");
});
