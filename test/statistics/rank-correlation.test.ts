import { describe, expect, it } from "vitest";
import { stream } from "../../src/base/random/index.js";
import {
  clusterBootstrap,
  correlation,
  partialSpearman,
  ranks,
  spearman,
} from "../../src/statistics/index.js";

describe("ranks()", () => {
  it("counts from 1, and equal values share the mean of their ranks", () => {
    expect(ranks([30, 10, 20])).toEqual([3, 1, 2]);
    expect(ranks([5, 1, 5, 5])).toEqual([3, 1, 3, 3]);
    expect(ranks([])).toEqual([]);
  });
});

describe("spearman()", () => {
  it("without ties is 1 - 6 sum of d^2 / (n (n^2 - 1))", () => {
    const x = [86, 97, 99, 100, 101, 103, 106, 110, 112, 113];
    const y = [2, 20, 28, 27, 50, 29, 7, 17, 6, 12];
    const d = ranks(x).map((rank, i) => rank - ranks(y)[i]!);
    const squares = d.reduce((sum, value) => sum + value * value, 0);
    expect(spearman(x, y)).toBeCloseTo(1 - (6 * squares) / 990, 12);
    expect(spearman(x, y)).toBeCloseTo(-29 / 165, 12);
  });

  it("does not change when values are stretched in order, and is 1 or -1 where they agree or oppose", () => {
    const x = [0.1, 4, -2, 7, 3];
    expect(spearman(x, x.map(Math.exp))).toBe(1);
    expect(
      spearman(
        x,
        x.map((v) => -(v ** 3)),
      ),
    ).toBe(-1);
  });

  it("is unknown where nothing varies, and refuses what is not a number", () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(spearman([1], [2])).toBeNaN();
    expect(spearman([], [])).toBeNaN();
    expect(() => spearman([1, NaN], [1, 2])).toThrow("value 1 must be a finite number, got NaN");
    expect(() => correlation([1], [1, 2])).toThrow("got 1 and 2");
  });
});

describe("partialSpearman()", () => {
  const draws = stream("test", "partial");
  const normals = () => Array.from({ length: 60 }, () => draws.normal());
  const [z, a, b] = [normals(), normals(), normals()];
  const x = z.map((v, i) => v + 0.5 * a[i]!);
  const y = z.map((v, i) => v + 0.5 * b[i]!);

  it("given one other is (r_xy - r_xz r_yz) / sqrt((1 - r_xz^2) (1 - r_yz^2))", () => {
    const [xy, xz, yz] = [spearman(x, y), spearman(x, z), spearman(y, z)];
    const expected = (xy - xz * yz) / Math.sqrt((1 - xz ** 2) * (1 - yz ** 2));
    expect(partialSpearman(x, y, [z])).toBeCloseTo(expected, 12);
    expect(xy).toBeGreaterThan(0.6);
    expect(Math.abs(partialSpearman(x, y, [z]))).toBeLessThan(0.35); // z explained it
  });

  it("given two follows from those given one, in either order, and nothing new changes nothing", () => {
    const r = (p: number[], q: number[]) => partialSpearman(p, q, [z]);
    const expected = (r(x, y) - r(x, a) * r(y, a)) / Math.sqrt((1 - r(x, a) ** 2) * (1 - r(y, a) ** 2));
    expect(partialSpearman(x, y, [z, a])).toBeCloseTo(expected, 10);
    expect(partialSpearman(x, y, [a, z])).toBeCloseTo(expected, 10);
    expect(partialSpearman(x, y, [z, a, z])).toBeCloseTo(expected, 10);
    expect(partialSpearman(x, y, [])).toBeCloseTo(spearman(x, y), 12);
  });

  it("is unknown where the others leave nothing, or no degree of freedom", () => {
    expect(partialSpearman(x, y, [x])).toBeNaN();
    expect(
      partialSpearman(
        [1, 2, 3, 4],
        [2, 1, 4, 3],
        [
          [1, 3, 2, 4],
          [4, 1, 2, 3],
        ],
      ),
    ).toBeNaN();
    expect(partialSpearman([1, 2, 3, 4], [2, 1, 4, 3], [[1, 3, 2, 4]])).not.toBeNaN();
  });
});

describe("clusterBootstrap()", () => {
  const mean = (items: readonly number[]) => items.reduce((a, b) => a + b, 0) / items.length;

  it("draws whole clusters: the interval of a mean is as wide as between clusters, however many items they hold", () => {
    const clusters = [1, 2, 3, 4, 5, 6, 7, 8].map((v) => Array<number>(50).fill(v));
    const { low, high, resamples } = clusterBootstrap(clusters, mean, stream("test", "cluster"));
    expect(resamples).toBe(2000);
    // the mean of 8 draws from 1..8: sd sqrt(63 / 12 / 8) = 0.81
    expect(low).toBeCloseTo(4.5 - 1.96 * 0.81, 0);
    expect(high).toBeCloseTo(4.5 + 1.96 * 0.81, 0);
  });

  it("leaves out draws without the statistic, and has no interval of one cluster", () => {
    const sometimes = (items: readonly number[]) => (new Set(items).size === 1 ? NaN : mean(items));
    const { resamples, low } = clusterBootstrap([[1], [2]], sometimes, stream("test", "nan"));
    expect(resamples).toBeGreaterThan(800);
    expect(resamples).toBeLessThan(1200);
    expect(low).toBe(1.5);
    expect(clusterBootstrap([[1, 2]], mean, stream("test")).low).toBeNaN();
    expect(() => clusterBootstrap([[1], [2]], mean, stream("test"), { resamples: 0 })).toThrow("resamples");
  });
});
