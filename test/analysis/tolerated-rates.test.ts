import { describe, expect, it } from "vitest";
import { accuraciesOf } from "../../src/analysis/accuracies.js";
import { type ToleratedRate, toleratedRatesOf } from "../../src/analysis/tolerated-rates.js";
import { stream } from "../../src/base/random/index.js";
import { type Changes, type Correct, study } from "../exhibits/rows.js";

/** 90 points without faults; under flips 5 of them lost at a rate of 1 % and 25 at 4 %, under other faults 5 and 15. */
const steady: Correct = (_, fault, rate) =>
  900 - (fault === "none" ? 0 : rate === 0.01 ? 50 : fault === "flip" ? 250 : 150);
const wavering: Correct = (arm, fault, rate, seed, map) =>
  steady(arm, fault, rate, seed, map) - (fault === "none" ? 0 : 10 * (((seed * 7 + map * 5) % 4) - 1));
const RATES = { rates: [0.01, 0.04] };

function tolerated(correct: Correct, fault: string, loss: number, changes: Changes = RATES) {
  const results = study(correct, changes);
  const found = toleratedRatesOf(results, accuraciesOf(results), { arm: "as", fault, losses: [loss] });
  return (found as ToleratedRate[])[0]!;
}

describe("the tolerated rate", () => {
  it("is on a line over the logarithm of the rate: half of the way in points is half of the way in factors", () => {
    expect(tolerated(steady, "flip", 15).rate).toBeCloseTo(0.02, 12);
    expect(tolerated(steady, "sa0", 10).rate).toBeCloseTo(0.02, 12);
    expect(tolerated(steady, "flip", 25).rate).toBeCloseTo(0.04, 12);
    // the mean over the three fault types goes from 5 to (25 + 15 + 15) / 3 points
    expect(tolerated(steady, "all", 5 + (55 / 3 - 5) / 2).rate).toBeCloseTo(0.02, 12);
  });

  it("is 0 where more is lost at the lowest rate and Infinity where less is at the highest: only a bound is known", () => {
    expect(tolerated(steady, "flip", 5)).toMatchObject({ rate: 0, low: 0, high: 0 });
    expect(tolerated(steady, "sa0", 15.5)).toMatchObject({ rate: Infinity, low: Infinity, high: Infinity });
    const { rate, low, high, basis } = tolerated(steady, "flip", 15);
    expect([low, high, basis]).toEqual([rate, rate, "seeds and maps"]);
  });

  it("has the interval of a bootstrap that draws seeds and maps once for all rates, as docs/formats.md says", () => {
    const results = study(wavering, RATES);
    const { seeds, campaign } = results.study;
    const lossOf = (rate: number, seed: number, map: number) =>
      (900 - wavering("as", "flip", rate, seeds[seed]!, map)) / 10;
    const draws = stream(results.study.name, results.study.profile, "tolerated-rates", "as", "flip");
    const crossings = Array.from({ length: 1000 }, () => {
      const bySeed = seeds.map(() => draws.integer(seeds.length));
      const byMap = Array.from({ length: campaign.maps }, () => draws.integer(campaign.maps));
      const loss = (rate: number) => {
        const all = bySeed.flatMap((seed) => byMap.map((map) => lossOf(rate, seed, map)));
        return all.reduce((sum, value) => sum + value, 0) / all.length;
      };
      const [from, to] = [loss(0.01), loss(0.04)];
      return 0.01 * 4 ** ((15 - from) / (to - from));
    }).sort((a, b) => a - b);
    const at = (p: number) => {
      const place = p * 999;
      const [below, above] = [crossings[Math.floor(place)]!, crossings[Math.ceil(place)]!];
      return below + (place - Math.floor(place)) * (above - below);
    };
    const { rate, low, high } = tolerated(wavering, "flip", 15);
    expect(low).toBeCloseTo(at(0.025), 9);
    expect(high).toBeCloseTo(at(0.975), 9);
    expect(low).toBeLessThan(rate);
    expect(rate).toBeLessThan(high);
  });

  it("has 1, 5 and 10 points unless told otherwise, no interval with one seed and one map, and says what is missing", () => {
    const results = study(steady, RATES);
    const of = (arm: string) => toleratedRatesOf(results, accuraciesOf(results), { arm, fault: "flip" });
    expect((of("as") as ToleratedRate[]).map(({ loss }) => loss)).toEqual([1, 5, 10]);
    expect(of("none-such")).toEqual({ missing: 'the study has no arm "none-such"' });
    const one = tolerated(wavering, "flip", 15, { ...RATES, seeds: [1], maps: 1 });
    expect(one.basis).toBe("none");
    expect(one.rate).toBeGreaterThan(0.01);
    expect([one.low, one.high]).toEqual([NaN, NaN]);
    const none = study(steady, { rates: [] });
    expect(toleratedRatesOf(none, accuraciesOf(none), { arm: "as", fault: "flip" })).toEqual({
      missing: "the study has no rates above 0",
    });
  });
});
