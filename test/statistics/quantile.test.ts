import { expect, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { criticalValue, sampleQuantile, tQuantile } from "../../src/statistics/index.js";

/** P(T <= t) by Simpson's rule on the density, normalised by its own integral. */
function tCdf(t: number, df: number): number {
  // With T = sqrt(df) tan(a) the density in a is proportional to cos(a)^(df - 1).
  const integral = (from: number, to: number) => {
    const steps = 20_000;
    const h = (to - from) / steps;
    let sum = 0;
    for (let i = 0; i <= steps; i++) {
      const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
      sum += weight * Math.cos(from + i * h) ** (df - 1);
    }
    return (sum * h) / 3;
  };
  const half = Math.PI / 2;
  return integral(-half, Math.atan(t / Math.sqrt(df))) / integral(-half, half);
}

test("tQuantile agrees with printed tables", () => {
  expect(tQuantile(0.975, 1)).toBeCloseTo(12.7062, 4);
  expect(tQuantile(0.975, 4)).toBeCloseTo(2.7764, 4);
  expect(tQuantile(0.95, 10)).toBeCloseTo(1.8125, 4);
  expect(tQuantile(0.975, 49)).toBeCloseTo(2.0096, 4);
});

test("tQuantile has closed forms at 1 and 2 degrees of freedom", () => {
  for (const p of [0.01, 0.2, 0.5, 0.8, 0.999]) {
    expect(tQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 6);
    expect(tQuantile(p, 2)).toBeCloseTo((2 * p - 1) / Math.sqrt(2 * p * (1 - p)), 6);
  }
});

test("tQuantile inverts the integral of the density, at fractional degrees of freedom too", () => {
  for (const df of [1.5, 3.6, 4.3, 17.25]) {
    for (const p of [0.6, 0.9, 0.975]) expect(tCdf(tQuantile(p, df), df)).toBeCloseTo(p, 5);
  }
});

test("tQuantile is the normal quantile at infinite degrees of freedom", () => {
  expect(tQuantile(0.975, Infinity)).toBeCloseTo(1.959963984540054, 8);
});

test("criticalValue is two-sided", () => {
  expect(criticalValue(0.95, 4)).toBe(tQuantile(0.975, 4));
});

test("a probability, level or df out of range is named in the error", () => {
  expect(() => tQuantile(1, 4)).toThrow("p must be in (0, 1), got 1");
  expect(() => tQuantile(0.5, 0)).toThrow("df must be above 0, got 0");
  expect(() => criticalValue(95, 4)).toThrow(new UserError("level must be in (0, 1), got 95: 0.95 is 95 %"));
});

test("sampleQuantile interpolates between order statistics", () => {
  expect(sampleQuantile([1, 2, 4], 0.5)).toBe(2);
  expect(sampleQuantile([1, 2, 4], 0.75)).toBe(3);
  expect(sampleQuantile([1, 2, 4], 1)).toBe(4);
  expect(sampleQuantile([7], 0.3)).toBe(7);
  expect(sampleQuantile([1, Infinity, Infinity], 0.75)).toBe(Infinity);
  expect(sampleQuantile([1, Infinity], 0)).toBe(1);
  expect(sampleQuantile([1, Infinity], 0.1)).toBe(Infinity);
  expect(() => sampleQuantile([], 0.5)).toThrow("at least one value");
});
