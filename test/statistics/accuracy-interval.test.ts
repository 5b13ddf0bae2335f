import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stream } from "../../src/base/random/stream.js";
import { accuracyInterval, pairedEffect, tQuantile } from "../../src/statistics/index.js";

const table = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 })).chain(([s, m]) => {
  const near = fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constantFrom(0, 100, 99.99));
  return fc.array(fc.array(near, { minLength: m, maxLength: m }), { minLength: s, maxLength: s });
});

test("the interval of an accuracy lies within 0 and 100 and holds the mean, and is the t interval where that does", () => {
  fc.assert(
    fc.property(table, (accuracies) => {
      const { mean, low, high, method, basis } = accuracyInterval(accuracies);
      const t = pairedEffect(accuracies);
      if (method === "none") {
        expect([basis, low, high]).toEqual(["none", NaN, NaN]);
        return;
      }
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(100);
      expect(mean - low).toBeGreaterThan(-1e-9);
      expect(high - mean).toBeGreaterThan(-1e-9);
      if (method === "t") expect([low, high]).toEqual([t.low, t.high]);
      else if (method === "score") expect(Math.min(t.low, 100 - t.high)).toBeLessThan(0);
    }),
    { numRuns: 500, seed: 1 },
  );
});

test("its bounds solve (mean - bound)^2 = t^2 bound (100 - bound) / draws, as Wilson's do", () => {
  const accuracies = [[80, 95, 99, 100]];
  const { mean, low, high, standardError, df, method } = accuracyInterval(accuracies);
  expect(method).toBe("score");
  const draws = (mean * (100 - mean)) / standardError ** 2;
  for (const bound of [low, high])
    expect((mean - bound) ** 2).toBeCloseTo((tQuantile(0.975, df) ** 2 * bound * (100 - bound)) / draws, 8);
});

test("the mirror image of accuracies has the mirror image of their interval", () => {
  const [lost, kept] = [
    [0, 3, 1, 12],
    [100, 97, 99, 88],
  ].map((row) => accuracyInterval([row]));
  expect(lost!.low).toBeCloseTo(100 - kept!.high, 10);
  expect(lost!.high).toBeCloseTo(100 - kept!.low, 10);
});

describe("degenerate accuracies", () => {
  test("maps that are all the same say that few of all others differ: 1 - 0.05^(1/n) of them, by any amount", () => {
    for (const maps of [2, 10, 50]) {
      const others = 1 - 0.05 ** (1 / maps);
      const of = (value: number) => accuracyInterval([Array.from({ length: maps }, () => value)]);
      expect(of(100)).toMatchObject({ method: "equal", mean: 100, high: 100 });
      expect(of(100).low).toBeCloseTo(100 * (1 - others), 10);
      expect(of(0)).toMatchObject({ method: "equal", mean: 0, low: 0 });
      expect(of(0).high).toBeCloseTo(100 * others, 10);
      expect(of(30).low).toBeCloseTo(30 * (1 - others), 10);
      expect(of(30).high).toBeCloseTo(30 + 70 * others, 10);
    }
  });

  test("of equal accuracies of several seeds and maps those count of which there are fewer, for they are shared", () => {
    const equal = Array.from({ length: 3 }, () => [90, 90, 90, 90, 90]);
    expect(accuracyInterval(equal).low).toBeCloseTo(90 * 0.05 ** (1 / 3), 10);
    expect(accuracyInterval([[90], [90]])).toMatchObject({ method: "equal", basis: "seeds only" });
  });

  test("one map and one seed have no interval", () => {
    expect(accuracyInterval([[100]])).toMatchObject({ mean: 100, low: NaN, high: NaN, method: "none" });
  });

  test("what is no percentage is refused", () => {
    expect(() => accuracyInterval([[50, 100.5]])).toThrow(
      "accuracies must be percentages from 0 to 100, got 100.5",
    );
  });
});

describe("coverage, simulated with 4,000 campaigns a case, where t intervals cut at 0 and 100 miss more often", () => {
  const draws = stream("test", "accuracy coverage");
  const images = (count: number, right: number) => () => {
    let sum = 0;
    for (let i = 0; i < count; i++) if (draws.uniform() < right) sum++;
    return (100 * sum) / count;
  };
  test.each([
    { of: "uniform accuracies", maps: 2, value: () => 100 * draws.uniform(), truth: 50, cut: 0.94 },
    { of: "beta(9, 1)", maps: 3, value: () => 100 * draws.uniform() ** (1 / 9), truth: 90, cut: 0.91 },
    { of: "beta(9, 1)", maps: 10, value: () => 100 * draws.uniform() ** (1 / 9), truth: 90, cut: 0.93 },
    { of: "8 images", maps: 3, value: images(8, 0.95), truth: 95, cut: 0.75 },
    {
      of: "networks that work or do not",
      maps: 5,
      value: () => (draws.uniform() < 0.9 ? 100 : 0),
      truth: 90,
      cut: 0.5,
    },
  ])("$of, $maps maps", ({ maps, value, truth, cut }) => {
    let [held, heldByCut] = [0, 0];
    for (let i = 0; i < 4000; i++) {
      const accuracies = [Array.from({ length: maps }, value)];
      const ours = accuracyInterval(accuracies);
      const t = pairedEffect(accuracies);
      if (ours.low <= truth && truth <= ours.high) held++;
      if (Math.max(0, t.low) <= truth && truth <= Math.min(100, t.high)) heldByCut++;
    }
    expect(held / 4000).toBeGreaterThan(0.9);
    expect(heldByCut).toBeLessThanOrEqual(held);
    expect(heldByCut / 4000).toBeLessThan(cut);
  });
});
