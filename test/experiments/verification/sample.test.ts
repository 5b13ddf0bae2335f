import { describe, expect, it } from "vitest";
import { missProbability, sampleOf } from "../../../src/experiments/verification/sample.js";

const items = Array.from({ length: 500 }, (_, i) => i);
const draw = (seed: number, share = 0.1) => sampleOf(items, { share, least: 10, seed });

describe("a sample", () => {
  it("has its share of the items, each once, in their order, and the same for the same seed only", () => {
    expect(draw(1).length).toBe(50);
    expect(draw(1)).toEqual([...new Set(draw(1))].sort((a, b) => a - b));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("has no fewer than the least number, no more than there are, and all of them for a share of 1", () => {
    expect(draw(1, 1e-9).length).toBe(10);
    expect(sampleOf([1, 2, 3], { share: 0.5, least: 10, seed: 0 })).toEqual([1, 2, 3]);
    expect(sampleOf([], { share: 1, least: 10, seed: 0 })).toEqual([]);
    expect(draw(1, 1)).toEqual(items);
  });

  it.each([0, -1, 1.01, Number.NaN])("is refused for the share %d", (share) => {
    expect(() => draw(1, share)).toThrow("share must be above 0 and at most 1");
  });

  it("misses altered items as often as the hypergeometric law says", () => {
    const probability = missProbability({ total: 500, sample: 10, altered: 50 });
    const misses = Array.from({ length: 4000 }, (_, seed) => draw(seed, 0.02)).filter((sample) =>
      sample.every((item) => item >= 50),
    ).length;
    expect(Math.abs(misses / 4000 - probability)).toBeLessThan(
      4 * Math.sqrt((probability * (1 - probability)) / 4000),
    );
  });
});

describe("the probability to miss every altered item", () => {
  it("is C(total - altered, sample) / C(total, sample)", () => {
    expect(missProbability({ total: 5, sample: 2, altered: 2 })).toBeCloseTo(3 / 10, 15);
    expect(missProbability({ total: 50, sample: 3, altered: 1 })).toBeCloseTo(47 / 50, 15);
  });

  it("is 1 if nothing is altered or looked at, and 0 if more is looked at than is unaltered", () => {
    expect(missProbability({ total: 20, sample: 20, altered: 0 })).toBe(1);
    expect(missProbability({ total: 20, sample: 0, altered: 20 })).toBe(1);
    expect(missProbability({ total: 20, sample: 11, altered: 10 })).toBe(0);
  });
});
