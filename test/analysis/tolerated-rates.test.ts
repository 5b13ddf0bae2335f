import { describe, expect, it } from "vitest";
import { accuraciesOf } from "../../src/analysis/accuracies.js";
import { type ToleratedRate, toleratedRate } from "../../src/analysis/tolerated-rates.js";
import { pairedEffect } from "../../src/statistics/index.js";
import { type Changes, type Correct, study } from "../exhibits/rows.js";

/** 900 of 1,000 without faults, and under flips 400 p of them lost, in points 40 p; other faults do half of that. */
const linear: Correct = (_, fault, rate) => 900 - Math.round((fault === "flip" ? 4000 : 2000) * rate);
const wavering: Correct = (arm, fault, rate, seed, map) =>
  linear(arm, fault, rate, seed, map) -
  (rate > 0 ? Math.round(100 * rate * (((seed * 7 + map * 5) % 4) - 1)) : 0);
const RATES = { rates: [0.01, 0.05] };

function tolerated(correct: Correct, fault: string, loss: number, changes: Changes = RATES) {
  const results = study(correct, changes);
  return toleratedRate(results, accuraciesOf(results), { arm: "as", fault, loss }) as ToleratedRate;
}

describe("the tolerated rate", () => {
  it("is where a linear loss reaches the points: 400 p points under flips, half of it under others, the mean over all", () => {
    expect(tolerated(linear, "flip", 10).rate).toBeCloseTo(0.025, 12);
    expect(tolerated(linear, "flip", 1).rate).toBeCloseTo(0.0025, 12);
    expect(tolerated(linear, "sa0", 5).rate).toBeCloseTo(0.025, 12);
    expect(tolerated(linear, "all", 10).rate).toBeCloseTo(10 / ((400 + 200 + 200) / 3), 12);
  });

  it("is beyond all rates where less is lost at the highest, and its interval of no width where nothing varies", () => {
    expect(tolerated(linear, "sa0", 10.5)).toMatchObject({ rate: Infinity, low: Infinity, high: Infinity });
    const { rate, low, high, basis } = tolerated(linear, "flip", 5);
    expect([low, high, basis]).toEqual([rate, rate, "seeds and maps"]);
  });

  it("has the rates at which the crossed interval of the mean loss holds the points, by evaluating that interval", () => {
    const results = study(wavering, RATES);
    const { rate, low, high } = tolerated(wavering, "flip", 10);
    expect(low).toBeLessThan(rate);
    expect(rate).toBeLessThan(high);
    const accuracies = accuraciesOf(results);
    const values = (at: number) => (accuracies.faulty("as", "flip", at) as { values: number[][] }).values;
    const lossAt = (p: number) =>
      pairedEffect(
        values(0.01).map((row, seed) =>
          row.map((first, map) => {
            const [from, to] = [90 - first, 90 - values(0.05)[seed]![map]!];
            return from + ((p - 0.01) / 0.04) * (to - from);
          }),
        ),
      );
    expect(lossAt(rate).mean).toBeCloseTo(10, 9);
    expect(lossAt(low).high).toBeCloseTo(10, 9);
    expect(lossAt(high).low).toBeCloseTo(10, 9);
  });

  it("has no interval with one seed and one map, and says what is missing", () => {
    const one = tolerated(wavering, "flip", 5, { ...RATES, seeds: [1], maps: 1 });
    expect(one.basis).toBe("none");
    expect(one.rate).toBeGreaterThan(0);
    expect([one.low, one.high]).toEqual([NaN, NaN]);
    const results = study(linear, RATES);
    const of = (arm: string) =>
      toleratedRate(results, accuraciesOf(results), { arm, fault: "flip", loss: 1 });
    expect(of("none-such")).toEqual({ missing: 'the study has no arm "none-such"' });
    expect(tolerated(linear, "flip", 1, { rates: [] })).toEqual({
      missing: "the study has no rates above 0",
    });
  });
});
