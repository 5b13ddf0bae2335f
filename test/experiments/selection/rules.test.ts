import { describe, expect, it } from "vitest";
import {
  chooseAlpha,
  chooseRho,
  chooseSparsity,
  type TriedValue,
} from "../../../src/experiments/selection/rules.js";

/** Rows of [value, clean, under faults, sparsity]; a value alone is one whose training failed. */
function table(...rows: number[][]): TriedValue[] {
  return rows.map(([value, clean = Number.NaN, underFaults = Number.NaN, sparsity = Number.NaN]) => ({
    value: value!,
    failed: Number.isNaN(clean),
    clean,
    underFaults,
    sparsity,
  }));
}

describe("chooseAlpha()", () => {
  const rule = { reference: 0.9, tolerance: 0.01, factor: 3 };

  it("takes the largest value that costs at most the tolerance, one that costs exactly as much included", () => {
    const tried = table([1e-4, 0.9], [1e-3, 0.89], [1e-2, 0.8899], [1e-1, 0.5]);
    expect(chooseAlpha(tried, rule)).toMatchObject({ best: 1e-3, next: null });
  });

  it("goes on above the grid as long as its largest value is allowed, and below it if none is", () => {
    expect(chooseAlpha(table([1e-4, 0.9], [1e-3, 0.9]), rule)).toMatchObject({ best: 1e-3, next: 3e-3 });
    expect(chooseAlpha(table([1e-4, 0.8], [1e-3, 0.7]), rule)).toMatchObject({ best: null, next: 3.33e-5 });
  });

  it("passes over failed values; where all failed it goes on below", () => {
    expect(chooseAlpha(table([1e-4, 0.9], [1e-3]), rule)).toMatchObject({ best: 1e-4, next: null });
    expect(chooseAlpha(table([1e-4], [1e-3]), rule)).toMatchObject({ best: null, next: 3.33e-5 });
  });
});

describe("chooseRho()", () => {
  const rule = { reference: 0.9, tolerance: 0.01, factor: 2, gentlerBelow: true };

  it("takes the highest accuracy under faults among values that cost at most the tolerance", () => {
    const tried = table([0.1, 0.9, 0.5], [0.2, 0.895, 0.6], [0.4, 0.89, 0.55], [0.8, 0.88, 0.7]);
    expect(chooseRho(tried, rule)).toMatchObject({ best: 0.2, next: null });
  });

  it("takes the gentlest of equally good values: the smallest rho, but the largest tau", () => {
    const tried = table([0.1, 0.9, 0.5], [0.2, 0.9, 0.6], [0.4, 0.9, 0.6], [0.8, 0.9, 0.2]);
    expect(chooseRho(tried, rule).best).toBe(0.2);
    expect(chooseRho(tried, { ...rule, gentlerBelow: false }).best).toBe(0.4);
  });

  it("extends the grid beyond the end that it would choose", () => {
    const rising = table([0.1, 0.9, 0.4], [0.2, 0.9, 0.5]);
    expect(chooseRho(rising, rule)).toMatchObject({ best: 0.2, next: 0.4 });
    const falling = table([0.1, 0.9, 0.5], [0.2, 0.9, 0.4]);
    expect(chooseRho(falling, rule)).toMatchObject({ best: 0.1, next: 0.05 });
    expect(chooseRho(table([0.1, 0.9, 0.5]), rule)).toMatchObject({ best: 0.1, next: 0.05 });
  });

  it("is not at an end where a value that failed or costs too much lies beyond", () => {
    expect(chooseRho(table([0.1, 0.9, 0.4], [0.2, 0.9, 0.5], [0.4]), rule)).toMatchObject({
      best: 0.2,
      next: null,
    });
    expect(chooseRho(table([0.1, 0.9, 0.4], [0.2, 0.9, 0.5], [0.4, 0.8, 0.9]), rule).next).toBe(null);
  });

  it("goes towards the gentle end where nothing is allowed or all failed", () => {
    expect(chooseRho(table([0.1], [0.2]), rule)).toMatchObject({ best: null, next: 0.05 });
    const costly = table([0.1, 0.8, 0.5], [0.2, 0.7, 0.5]);
    expect(chooseRho(costly, rule)).toMatchObject({ best: null, next: 0.05 });
    expect(chooseRho(costly, { ...rule, gentlerBelow: false })).toMatchObject({ best: null, next: 0.4 });
  });
});

describe("chooseSparsity()", () => {
  const rule = { target: 0.85, within: 0.02, factor: 3 };
  const sparse = (...rows: [number, number?][]) =>
    table(...rows.map(([value, zeros]) => (zeros === undefined ? [value] : [value, 0.9, 0.5, zeros])));

  it("takes the value nearest to the target within its tolerance", () => {
    const tried = sparse([1e-3, 0.7], [2e-3, 0.84], [3e-3, 0.865], [1e-2, 0.95]);
    expect(chooseSparsity(tried, rule)).toMatchObject({ best: 2e-3, next: null });
  });

  it("takes the smaller of two equally near values", () => {
    const tried = sparse([1, 0.5], [2, 0.75], [4, 1], [8, 1]);
    expect(chooseSparsity(tried, { target: 0.875, within: 0.125, factor: 2 }).best).toBe(2);
  });

  it("halves the step, in the logarithm, between values on either side of the target", () => {
    expect(chooseSparsity(sparse([1e-3, 0.7], [1e-2, 0.95]), rule)).toMatchObject({
      best: null,
      next: 3.16e-3,
    });
  });

  it("goes on beyond the grid on the side of the target, and where the best value is at an end", () => {
    expect(chooseSparsity(sparse([1, 0.5], [3, 0.7]), rule)).toMatchObject({ best: null, next: 9 });
    expect(chooseSparsity(sparse([3, 0.9], [9, 0.95]), rule)).toMatchObject({ best: null, next: 1 });
    expect(chooseSparsity(sparse([1, 0.5], [3, 0.85]), rule)).toMatchObject({ best: 3, next: 9 });
    expect(chooseSparsity(sparse([3, 0.85], [9, 0.95]), rule)).toMatchObject({ best: 3, next: 1 });
  });

  it("seeks below a failed value, and ends where no value is left between two", () => {
    expect(chooseSparsity(sparse([1, 0.5], [4]), rule)).toMatchObject({ best: null, next: 2 });
    expect(chooseSparsity(sparse([1], [4]), rule)).toMatchObject({ best: null, next: 0.333 });
    expect(chooseSparsity(sparse([1, 0.5], [1.001, 0.95]), rule)).toMatchObject({ best: null, next: null });
  });
});
