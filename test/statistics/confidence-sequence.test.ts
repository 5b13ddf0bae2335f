import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Stream, stream } from "../../src/base/random/stream.js";
import {
  criticalValue,
  firstStop,
  meanConfidenceSequence,
  sequenceFactor,
  tInterval,
} from "../../src/statistics/index.js";

const C2 = 5;

/** The test martingale of a mean after n values, from S = sum(x - mean) and V = sum((x - mean)^2). */
function martingale(n: number, s: number, v: number, c2 = C2): number {
  return Math.sqrt(c2 / (n + c2)) * (1 - s ** 2 / ((n + c2) * v)) ** (-n / 2);
}

describe("the test martingale", () => {
  test("begins at 1, whatever the first value", () => {
    for (const x of [-3, 1e-3, 7]) expect(martingale(1, x, x ** 2)).toBeCloseTo(1, 12);
  });

  // Given the past up to scale, the next Gaussian value is sqrt(V / n) times Student's t with n degrees of freedom:
  // sqrt(V) tan(a) with a density proportional to cos(a)^(n - 1).
  test("keeps its value on average over the next value, whatever the past", () => {
    const steps = 20_000;
    for (const [n, s, v, c2] of [
      [1, 2, 4, 5],
      [2, 0.5, 1, 5],
      [10, 6, 9, 5],
      [30, -4, 50, 5],
      [100, 30, 100, 1],
    ] as const) {
      let [sum, total] = [0, 0];
      for (let i = 0; i < steps; i++) {
        const a = Math.PI * ((i + 0.5) / steps - 0.5);
        const density = Math.cos(a) ** (n - 1);
        sum += density * martingale(n + 1, s + Math.sqrt(v) * Math.tan(a), v / Math.cos(a) ** 2, c2);
        total += density;
      }
      expect(sum / total / martingale(n, s, v, c2)).toBeCloseTo(1, 6);
    }
  });

  test("has mean 1 after 2 to 6 simulated Gaussian values of any variance", () => {
    const draws = stream("test", "martingale");
    const runs = 20_000;
    const [sums, squares] = [new Float64Array(7), new Float64Array(7)];
    for (let run = 0; run < runs; run++) {
      const sd = 10 ** (3 * draws.uniform());
      let [s, v] = [0, 0];
      for (let n = 1; n <= 6; n++) {
        const x = sd * draws.normal();
        s += x;
        v += x ** 2;
        const e = martingale(n, s, v);
        sums[n]! += e;
        squares[n]! += e ** 2;
      }
    }
    for (let n = 2; n <= 6; n++) {
      const average = sums[n]! / runs;
      const error = Math.sqrt((squares[n]! / runs - average ** 2) / runs);
      expect(Math.abs(average - 1)).toBeLessThan(3 * error);
      expect(error).toBeLessThan(0.01);
    }
  });

  test("is 1 / alpha at both ends of the interval, above it outside and below it inside", () => {
    const draws = stream("test", "ends");
    for (const [n, confidence] of [
      [8, 0.95],
      [50, 0.95],
      [50, 0.8],
      [400, 0.99],
    ] as const) {
      const values = Array.from({ length: n }, () => 3 + draws.normal());
      const { mean, halfWidth } = meanConfidenceSequence(values, { confidence });
      const at = (m: number) => {
        const sum = (term: (x: number) => number) => values.reduce((all, x) => all + term(x), 0);
        const [s, v] = [sum((x) => x - m), sum((x) => (x - m) ** 2)];
        return martingale(n, s, v) * (1 - confidence);
      };
      for (const side of [-1, 1]) {
        expect(at(mean + side * halfWidth)).toBeCloseTo(1, 6);
        expect(at(mean + side * halfWidth * 1.01)).toBeGreaterThan(1);
        expect(at(mean + side * halfWidth * 0.99)).toBeLessThan(1);
      }
    }
  });
});

/** Share of simulated series of 300 whose interval holds the mean at every n from 2 on. */
function simultaneousCoverage(
  name: string,
  draw: (draws: Stream) => number,
  mean: number,
  factors: number[],
) {
  const draws = stream("test", "coverage", name);
  const runs = 2000;
  let held = 0;
  for (let run = 0; run < runs; run++) {
    let [center, squares, holds] = [0, 0, true];
    for (let n = 1; n < factors.length; n++) {
      const x = draw(draws);
      const step = x - center;
      center += step / n;
      squares += step * (x - center);
      if (n > 1 && Math.abs(center - mean) > factors[n]! * Math.sqrt(squares / (n - 1))) holds = false;
    }
    if (holds) held++;
  }
  return held / runs;
}

describe("of 2,000 series, the share that the intervals hold the mean of at all n from 2 to 300 together", () => {
  const factors = Array.from({ length: 301 }, (_, n) => sequenceFactor(n));
  /** A draw from beta(a, 1), of mean a / (a + 1). */
  const beta = (a: number) => (draws: Stream) => draws.uniform() ** (1 / a);

  test("is at least 95 % for Gaussian values, where t intervals of fixed n hold less than 60 %", () => {
    const fixed = factors.map((_, n) => (n < 2 ? Infinity : criticalValue(0.95, n - 1) / Math.sqrt(n)));
    const gaussian = (draws: Stream) => draws.normal();
    expect(simultaneousCoverage("gaussian", gaussian, 0, factors)).toBeGreaterThan(0.95);
    expect(simultaneousCoverage("gaussian", gaussian, 0, fixed)).toBeLessThan(0.6);
  });

  test("is at least 94 % for values as skewed as beta(3, 1) (skewness -0.9)", () => {
    expect(simultaneousCoverage("beta 3 1", beta(3), 3 / 4, factors)).toBeGreaterThan(0.94);
  });

  test("is at least 91 % for very skewed values: beta(10, 1), and 1 - 0.1 lognormal(0.5) clipped at 0 (-1.5, -1.75)", () => {
    expect(simultaneousCoverage("beta 10 1", beta(10), 10 / 11, factors)).toBeGreaterThan(0.91);
    const clipped = (draws: Stream) => Math.max(0, 1 - 0.1 * Math.exp(0.5 * draws.normal()));
    const mean = 1 - 0.1 * Math.exp(0.5 ** 2 / 2); // the clip at 4.6 sd of the logarithm changes it by less than 1e-6
    expect(simultaneousCoverage("lognormal", clipped, mean, factors)).toBeGreaterThan(0.91);
  });
});

describe("the width", () => {
  const ratio = (n: number, mixture?: number) =>
    sequenceFactor(n, mixture === undefined ? {} : { mixture }) / (criticalValue(0.95, n - 1) / Math.sqrt(n));

  test("is 1.58 times that of the t interval of a fixed n = 50, and at most 1.7 times from 20 to 300", () => {
    expect(ratio(50)).toBeCloseTo(1.576, 3);
    for (let n = 20; n <= 300; n++) expect(ratio(n)).toBeLessThan(1.7);
  });

  test("is on average over n = 20 to 100 the least for the default of c^2 among whole numbers", () => {
    const average = (mixture?: number) => {
      let sum = 0;
      for (let n = 20; n <= 100; n++) sum += ratio(n, mixture);
      return sum / 81;
    };
    for (let c2 = 1; c2 <= 20; c2++)
      if (c2 !== C2) expect(average(c2)).toBeGreaterThan(average());
      else expect(average(c2)).toBe(average());
  });

  test("is infinite up to 7 values and falls from 8 on", () => {
    for (let n = 0; n <= 7; n++) expect(sequenceFactor(n)).toBe(Infinity);
    for (let n = 8; n <= 2000; n++) expect(sequenceFactor(n + 1)).toBeLessThan(sequenceFactor(n));
    expect(sequenceFactor(8)).toBeCloseTo(3.80807, 5);
  });

  test("grows with the confidence", () => {
    expect(sequenceFactor(50, { confidence: 0.99 })).toBeGreaterThan(sequenceFactor(50));
    expect(sequenceFactor(50, { confidence: 0.8 })).toBeLessThan(sequenceFactor(50));
  });
});

describe("meanConfidenceSequence", () => {
  test("shifts and scales with the values, and the smallest believed spread with them", () => {
    const value = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 8, maxLength: 40 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: -10, max: 10, noNaN: true }),
        (values, scale, shift) => {
          const leastSd = 1e-3;
          const own = meanConfidenceSequence(values, { leastSd });
          const moved = meanConfidenceSequence(
            values.map((x) => scale * x + shift),
            { leastSd: scale * leastSd },
          );
          expect(moved.mean).toBeCloseTo(scale * own.mean + shift, 8);
          expect(moved.halfWidth / scale / own.halfWidth).toBeCloseTo(1, 6);
        },
      ),
    );
  });

  test("is the mean and the factor times the sample standard deviation", () => {
    const values = [0.5, 0.6, 0.55, 0.7, 0.4, 0.52, 0.61, 0.58, 0.49];
    const { mean, sd } = tInterval(values);
    const sequence = meanConfidenceSequence(values, { leastSd: 1e-4 });
    expect(sequence.mean).toBe(mean);
    expect(sequence.halfWidth).toBe(sequenceFactor(9) * sd);
  });

  test("knows nothing of too few values", () => {
    expect(meanConfidenceSequence([])).toEqual({ mean: NaN, halfWidth: Infinity });
    expect(meanConfidenceSequence([0.3], { leastSd: 1e-4 })).toEqual({ mean: 0.3, halfWidth: Infinity });
    expect(meanConfidenceSequence([0.3, 0.4]).halfWidth).toBe(Infinity);
  });

  test("of equal values is as wide as the smallest believed spread makes it, and infinite without one", () => {
    const values = Array.from({ length: 10 }, () => 0.1); // their sum is not 10 * 0.1 in floating point
    expect(meanConfidenceSequence(values).halfWidth).toBe(Infinity);
    expect(meanConfidenceSequence(values, { leastSd: 1e-3 }).halfWidth).toBe(sequenceFactor(10) * 1e-3);
  });

  test("refuses what it cannot use", () => {
    expect(() => meanConfidenceSequence([1, NaN])).toThrow("values[1] must be a finite number, got NaN");
    expect(() => meanConfidenceSequence([1], { leastSd: -1 })).toThrow("leastSd must be at least 0, got -1");
    expect(() => meanConfidenceSequence([1], { confidence: 95 })).toThrow(
      "confidence must be in (0, 1), got 95",
    );
    expect(() => meanConfidenceSequence([1], { mixture: 0 })).toThrow(
      "mixture must be above 0 and finite, got 0",
    );
  });
});

describe("firstStop", () => {
  /** Sample standard deviation of the first 2 m values: sqrt(2 m / (2 m - 1)). */
  const values = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1 : -1));

  test("is the first look whose interval is narrow enough", () => {
    const looks = [10, 20, 30, 40, 50];
    const widths = looks.map((n) => meanConfidenceSequence(values.slice(0, n)).halfWidth);
    looks.forEach((look, i) => {
      expect(firstStop(values, widths[i]!, looks)).toBe(look);
    });
    expect(firstStop(values, widths[4]! * 0.999, looks)).toBeNull();
  });

  test("does not depend on values that came after it", () => {
    const stop = firstStop(values, 0.7, [10, 20, 30, 40, 50])!;
    expect(stop).toBe(30);
    expect(firstStop(values.slice(0, stop), 0.7, [10, 20, 30, 40, 50])).toBe(stop);
    expect(firstStop(values.slice(0, stop - 1), 0.7, [10, 20, 30, 40, 50])).toBeNull();
  });

  test("passes the options on", () => {
    const equal = Array.from({ length: 20 }, () => 0.9);
    expect(firstStop(equal, 0.01, [10, 20])).toBeNull();
    expect(firstStop(equal, 0.01, [10, 20], { leastSd: 1e-4 })).toBe(10);
    expect(firstStop(values, 0.7, [20, 30], { confidence: 0.8 })).toBe(20);
  });

  // The accuracies of a LeNet-5 under stuck-at-1 faults of rate 0.005 are about so skewed (docs/protocol.md section 5).
  test("stops where the interval holds the mean in at least 95 % of cells of skewness -3, t intervals in less than 92 %", () => {
    const draws = stream("test", "stop");
    const [runs, target, mean] = [2000, 0.01, 0.92 - 0.015 * Math.exp(0.75 ** 2 / 2)];
    const looks = Array.from({ length: 39 }, (_, i) => 10 + 5 * i);
    let [held, heldByT, maps] = [0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const accuracies = Array.from({ length: 200 }, () => 0.92 - 0.015 * Math.exp(0.75 * draws.normal()));
      const stop = firstStop(accuracies, target, looks, { leastSd: 1 / 2000 })!;
      const sequence = meanConfidenceSequence(accuracies.slice(0, stop), { leastSd: 1 / 2000 });
      if (Math.abs(sequence.mean - mean) <= sequence.halfWidth) held++;
      maps += stop;
      const fixed = looks
        .map((look) => tInterval(accuracies.slice(0, look)))
        .find(({ low, high }) => high - low <= 2 * target)!;
      if (fixed.low <= mean && mean <= fixed.high) heldByT++;
    }
    expect(held / runs).toBeGreaterThan(0.95);
    expect(heldByT / runs).toBeLessThan(0.92);
    expect(maps / runs).toBeGreaterThan(20);
    expect(maps / runs).toBeLessThan(50);
  });

  test("refuses a width of 0 and looks that do not ascend", () => {
    expect(() => firstStop(values, 0, [10])).toThrow("halfWidth must be above 0, got 0");
    expect(() => firstStop(values, 1, [10, 10])).toThrow(
      "looks must be ascending whole numbers of at least 1",
    );
    expect(() => firstStop(values, 1, [1.5])).toThrow("got 1.5 as looks[0]");
  });
});
