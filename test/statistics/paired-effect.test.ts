import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { stream } from "../../src/base/random/stream.js";
import { pairedEffect, tInterval, tQuantile } from "../../src/statistics/index.js";

/** The same estimate from uncorrected sums of squares, the other way round: residual by subtraction from the total. */
function bySumsOfSquares(d: number[][]) {
  const s = d.length;
  const m = d[0]!.length;
  const all = d.flat();
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const correction = sum(all) ** 2 / (s * m);
  const total = sum(all.map((x) => x * x)) - correction;
  const seed = sum(d.map((row) => sum(row) ** 2)) / m - correction;
  const map = sum(d[0]!.map((_, j) => sum(d.map((row) => row[j]!)) ** 2)) / s - correction;
  const [dfA, dfB, dfE] = [s - 1, m - 1, (s - 1) * (m - 1)];
  const [a, b, e] = [seed / dfA, map / dfB, (total - seed - map) / dfE];
  const v = Math.max(a + b - e, e);
  const df = Math.max((v * v) / ((a * a) / dfA + (b * b) / dfB + (e * e) / dfE), Math.min(dfA, dfB));
  return { mean: sum(all) / (s * m), standardError: Math.sqrt(v / (s * m)), df };
}

test("a 2 x 2 table worked by hand", () => {
  // Seed means 1.5, 4.5 and map means 2, 4 give MS_seed 9, MS_map 4, MS_residual 1.
  const effect = pairedEffect([
    [1, 2],
    [3, 6],
  ]);
  expect(effect).toMatchObject({ mean: 3, seeds: 2, maps: 2, basis: "seeds and maps" });
  expect(effect.standardError).toBeCloseTo(Math.sqrt((9 + 4 - 1) / 4), 12);
  expect(effect.df).toBeCloseTo(144 / (81 + 16 + 1), 12);
  expect(effect.seedSd).toBeCloseTo(2, 12);
  expect(effect.mapSd).toBeCloseTo(Math.sqrt(1.5), 12);
  expect(effect.residualSd).toBeCloseTo(1, 12);
  expect(effect.high).toBeCloseTo(3 + tQuantile(0.975, 144 / 98) * Math.sqrt(3), 10);
});

test("agrees with an implementation by sums of squares", () => {
  const draws = stream("test", "sums");
  for (const [s, m] of [
    [2, 3],
    [5, 50],
    [7, 2],
  ] as const) {
    const d = Array.from({ length: s }, () => Array.from({ length: m }, () => 3 + draws.normal()));
    const [ours, other] = [pairedEffect(d), bySumsOfSquares(d)];
    expect(ours.mean).toBeCloseTo(other.mean, 10);
    expect(ours.standardError).toBeCloseTo(other.standardError, 10);
    expect(ours.df).toBeCloseTo(other.df, 6);
  }
});

test("where only seeds differ it is the t interval of the seed means", () => {
  const bySeed = [1, 4, 2, 8, 5];
  const effect = pairedEffect(bySeed.map((value) => [value, value, value]));
  const expected = tInterval(bySeed);
  expect(effect.low).toBeCloseTo(expected.low, 10);
  expect(effect.high).toBeCloseTo(expected.high, 10);
  expect(effect.df).toBeCloseTo(4, 10);
});

test("where only maps differ it is the t interval of the map means", () => {
  const byMap = [1, 4, 2, 8, 5, 9];
  const effect = pairedEffect([byMap, byMap, byMap]);
  const expected = tInterval(byMap);
  expect(effect.low).toBeCloseTo(expected.low, 10);
  expect(effect.high).toBeCloseTo(expected.high, 10);
});

test("the standard error is never below that of independent cells", () => {
  // Pure interaction: seed and map means are all equal, so MS_seed + MS_map - MS_residual is negative.
  const effect = pairedEffect([
    [1, -1],
    [-1, 1],
  ]);
  expect(effect.standardError).toBe(1);
  expect(effect).toMatchObject({ mean: 0, seedSd: 0, mapSd: 0, residualSd: 2, df: 1 });
});

test("the order of seeds and maps does not matter, and the result moves and scales with the data", () => {
  const matrix = fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 6 })).chain(([s, m]) => {
    const row = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: m, maxLength: m });
    return fc.array(row, { minLength: s, maxLength: s });
  });
  fc.assert(
    fc.property(matrix, (d) => {
      const base = pairedEffect(d);
      const turned = pairedEffect([...d].reverse().map((row) => [...row].reverse()));
      const moved = pairedEffect(d.map((row) => row.map((value) => 10 - 2 * value)));
      expect(turned.low).toBeCloseTo(base.low, 5);
      expect(turned.high).toBeCloseTo(base.high, 5);
      expect(moved.low).toBeCloseTo(10 - 2 * base.high, 5);
      expect(moved.high).toBeCloseTo(10 - 2 * base.low, 5);
    }),
    { numRuns: 100, seed: 1 },
  );
});

describe("degenerate input", () => {
  test("one seed: a t interval over maps that says so", () => {
    const effect = pairedEffect([[1, 2, 3, 4, 5]]);
    const { low, high, sd } = tInterval([1, 2, 3, 4, 5]);
    expect(effect).toMatchObject({
      low,
      high,
      mapSd: sd,
      seedSd: NaN,
      basis: "maps only",
      seeds: 1,
      maps: 5,
    });
  });

  test("one map: a t interval over seeds that says so", () => {
    const effect = pairedEffect([[1], [2], [3]]);
    const { low, high, sd } = tInterval([1, 2, 3]);
    expect(effect).toMatchObject({
      low,
      high,
      seedSd: sd,
      mapSd: NaN,
      basis: "seeds only",
      seeds: 3,
      maps: 1,
    });
  });

  test("one of each: a mean and no interval", () => {
    expect(pairedEffect([[7]])).toMatchObject({ mean: 7, low: NaN, high: NaN, basis: "none" });
  });

  test("all differences zero: an interval of width 0", () => {
    for (const shape of [
      [5, 50],
      [1, 10],
      [3, 1],
    ] as const) {
      const zeros = Array.from({ length: shape[0] }, () => new Array<number>(shape[1]).fill(0));
      expect(pairedEffect(zeros)).toMatchObject({ mean: 0, standardError: 0, low: 0, high: 0 });
    }
  });

  test("empty, ragged or missing values are errors that name the place", () => {
    expect(() => pairedEffect([])).toThrow(UserError);
    expect(() => pairedEffect([[]])).toThrow("at least one seed and one map, got 1 x 0");
    expect(() => pairedEffect([[1, 2], [3]])).toThrow(
      "differences[1] must have 2 maps as differences[0] has, got 1",
    );
    expect(() => pairedEffect([[1, NaN]])).toThrow("differences[0][1] must be a finite number, got NaN");
    expect(() => pairedEffect([[1, 2]], { level: 95 })).toThrow("level must be in (0, 1), got 95");
  });
});

describe("coverage of the 95 % interval at 5 seeds x 50 maps, simulated, is at least 93 %", () => {
  const cases = [
    { what: "seeds, maps and the rest vary", seed: 1, map: 1, rest: 1 },
    { what: "the rest is the largest", seed: 0.2, map: 0.5, rest: 1 },
    { what: "only seeds differ", seed: 1, map: 0, rest: 0 },
    { what: "only maps differ", seed: 0, map: 1, rest: 0 },
    { what: "seeds do not differ", seed: 0, map: 1, rest: 1 },
    { what: "neither seeds nor maps differ", seed: 0, map: 0, rest: 1 },
  ];
  test.each(cases)("where $what", ({ seed, map, rest }) => {
    const draws = stream("test", "coverage", seed, map, rest);
    const sets = 1500; // standard error of the simulated coverage: 0.6 %
    let covered = 0;
    for (let i = 0; i < sets; i++) {
      const bySeed = Array.from({ length: 5 }, () => seed * draws.normal());
      const byMap = Array.from({ length: 50 }, () => map * draws.normal());
      const d = bySeed.map((a) => byMap.map((b) => 2 + a + b + (rest === 0 ? 0 : rest * draws.normal())));
      const { low, high } = pairedEffect(d);
      if (low <= 2 && 2 <= high) covered++;
    }
    expect(covered / sets).toBeGreaterThanOrEqual(0.93);
  });
});

describe("coverage where differences between seeds are lognormal, simulated, is as docs/protocol.md says", () => {
  test.each([
    { seeds: 5, sigma: 0.5, low: 0.89, high: 0.94 },
    { seeds: 5, sigma: 1, low: 0.79, high: 0.885 },
    { seeds: 10, sigma: 1, low: 0.815, high: 0.92 },
  ])("$seeds seeds, sigma $sigma", ({ seeds, sigma, low: least, high: most }) => {
    const draws = stream("test", "lognormal coverage", seeds, sigma);
    const mean = Math.exp(sigma ** 2 / 2);
    const sd = mean * Math.sqrt(Math.exp(sigma ** 2) - 1);
    const sets = 1000;
    for (const spread of [0.3, 1]) {
      let covered = 0;
      for (let i = 0; i < sets; i++) {
        const bySeed = Array.from({ length: seeds }, () => (Math.exp(sigma * draws.normal()) - mean) / sd);
        const byMap = Array.from({ length: 50 }, () => spread * draws.normal());
        const { low, high } = pairedEffect(
          bySeed.map((a) => byMap.map((b) => a + b + spread * draws.normal())),
        );
        if (low <= 0 && 0 <= high) covered++;
      }
      expect(covered / sets).toBeGreaterThan(least);
      expect(covered / sets).toBeLessThan(most);
    }
  });
});
