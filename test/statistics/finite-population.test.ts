import { expect, test } from "vitest";
import { stream } from "../../src/base/random/stream.js";
import {
  finiteMeanInterval,
  finiteShareInterval,
  leveugleSampleSize,
  mean,
  tInterval,
} from "../../src/statistics/index.js";

test("leveugleSampleSize tends to t^2 p (1 - p) / e^2 in large populations: 9,604 at 1 %, 385 at 5 %", () => {
  expect(leveugleSampleSize(1e12, { margin: 0.01 })).toBe(9604);
  expect(leveugleSampleSize(1e12, { margin: 0.05 })).toBe(385);
  // t = 2.5758293 at 99 %: 16,587.2 rounded up.
  expect(leveugleSampleSize(1e12, { margin: 0.01, confidence: 0.99 })).toBe(16_588);
});

test("leveugleSampleSize is N / (1 + e^2 (N - 1) / (t^2 p (1 - p))), rounded up", () => {
  // 48000 / (1 + 4.7999 / 0.960365) = 8002.5..., 100 / (1 + 0.99 / 0.960365 ) = 49.24
  expect(leveugleSampleSize(48_000, { margin: 0.01 })).toBe(8003);
  expect(leveugleSampleSize(100, { margin: 0.1 })).toBe(50);
  expect(leveugleSampleSize(48_000, { margin: 0.01, p: 0.1 })).toBeLessThan(8003);
});

test("leveugleSampleSize of one fault is one, of none none, and a margin towards 0 asks for all", () => {
  expect(leveugleSampleSize(1, { margin: 0.5 })).toBe(1);
  expect(leveugleSampleSize(0, { margin: 0.5 })).toBe(0);
  expect(leveugleSampleSize(12_345, { margin: 0 })).toBe(12_345);
  expect(leveugleSampleSize(12_345, { margin: 1e-9 })).toBe(12_345);
});

test("leveugleSampleSize refuses what is no population, margin or share", () => {
  expect(() => leveugleSampleSize(1.5, { margin: 0.1 })).toThrow("population must be an integer");
  expect(() => leveugleSampleSize(9, { margin: 1 })).toThrow("margin must be in [0, 1), got 1");
  expect(() => leveugleSampleSize(9, { margin: 0.1, p: 0 })).toThrow("p must be in (0, 1), got 0");
});

test("a whole population leaves no doubt, and an endless one gives the usual t interval", () => {
  expect(finiteMeanInterval([1, 2, 6], 3)).toEqual({ low: 3, high: 3 });
  expect(finiteShareInterval(1, 4, 4)).toEqual({ low: 0.25, high: 0.25 });
  const usual = tInterval([1, 2, 3, 4, 5]);
  const endless = finiteMeanInterval([1, 2, 3, 4, 5], 1e12);
  expect(endless.low).toBeCloseTo(usual.low, 9);
  expect(endless.high).toBeCloseTo(usual.high, 9);
  expect(finiteMeanInterval([3], 2)).toEqual({ low: NaN, high: NaN });
});

test("half of a population drawn halves the variance of its mean", () => {
  const { low, high } = finiteMeanInterval([1, 2, 3, 4, 5], 10);
  const usual = tInterval([1, 2, 3, 4, 5]);
  expect(high - low).toBeCloseTo((usual.high - usual.low) * Math.SQRT1_2, 12);
});

test("a share of 0 of 100 in an endless population is at most 3.70 %, Wilson's z^2 / (n + z^2)", () => {
  const { low, high } = finiteShareInterval(0, 100, 1e12);
  expect(low).toBe(0);
  expect(high).toBeCloseTo(3.841459 / 103.841459, 8);
});

test("a share never leaves what the members not drawn still allow", () => {
  const { low, high } = finiteShareInterval(1, 9, 10);
  expect(low).toBeGreaterThanOrEqual(0.1);
  expect(high).toBeLessThanOrEqual(0.2);
});

test("both intervals hold the truth of a finite population about 95 times in 100", () => {
  const draws = stream("test", "finite population");
  const population = Array.from({ length: 400 }, () => (draws.uniform() < 0.3 ? draws.uniform() : 0));
  const truth = { mean: mean(population), share: population.filter((x) => x > 0).length / 400 };
  let [means, shares] = [0, 0];
  for (let i = 0; i < 2000; i++) {
    const sample = Array.from(draws.shuffle(400).subarray(0, 150), (j) => population[j]!);
    const ofMean = finiteMeanInterval(sample, 400);
    const ofShare = finiteShareInterval(sample.filter((x) => x > 0).length, 150, 400);
    if (ofMean.low <= truth.mean && truth.mean <= ofMean.high) means++;
    if (ofShare.low <= truth.share && truth.share <= ofShare.high) shares++;
  }
  for (const held of [means, shares]) {
    expect(held / 2000).toBeGreaterThan(0.93);
    expect(held / 2000).toBeLessThan(0.98);
  }
});

test("a sample larger than its population, or empty, is refused", () => {
  expect(() => finiteMeanInterval([1, 2], 1)).toThrow("a sample must have 1 to 1 members");
  expect(() => finiteMeanInterval([], 1)).toThrow("got 0");
  expect(() => finiteShareInterval(3, 2, 5)).toThrow("count must be an integer from 0 to 2, got 3");
});
