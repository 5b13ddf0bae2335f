import { describe, expect, it } from "vitest";
import { stream } from "../../../src/base/random/index.js";
import {
  asymmetry,
  centralDifferences,
  diagonalSums,
  topEigenvalues,
} from "../../../src/experiments/sharpness/index.js";
import { symmetricEigen } from "../../../src/experiments/sharpness/symmetric-eigen.js";
import {
  denseHessian,
  logisticRegression,
  matrixWithSpectrum,
  normals,
  productOf,
  quadratic,
  twoLayerNet,
} from "../../support/surfaces.js";

const SPECTRUM = [12, 7, 3, 1, 0.5, 0.1, 0, -0.2, -2];

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.hypot(...Array.from(a, (x, i) => x - b[i]!));
}

describe("centralDifferences()", () => {
  it("gives H v of a quadratic, whatever the step", () => {
    const matrix = matrixWithSpectrum(SPECTRUM, "differences");
    const surface = quadratic(matrix, { weights: normals(9, "w"), b: normals(9, "b") });
    const v = normals(9, "v");
    for (const step of [1e-4, 0.1, 3])
      expect(
        distance(centralDifferences(surface.gradient, surface.weights, { step })(v), productOf(matrix)(v)),
      ).toBeLessThan(1e-8);
  });

  it("gives logistic regression's X'diag(p (1 - p))X / n, at weights of any size", () => {
    const { surface, hessian } = logisticRegression();
    const v = normals(5, "v");
    const product = centralDifferences(surface.gradient, surface.weights);
    expect(distance(product(v), productOf(hessian)(v))).toBeLessThan(1e-7);
    expect(distance(product(v.map((x) => 1e6 * x)), productOf(hessian)(v.map((x) => 1e6 * x)))).toBeLessThan(
      0.1,
    );
  });

  it("gives the second differences of a two-layer net's loss", () => {
    const net = twoLayerNet();
    const v = normals(16, "v");
    const expected = productOf(denseHessian(net))(v);
    expect(distance(centralDifferences(net.gradient, net.weights)(v), expected)).toBeLessThan(1e-5);
  });

  it("of the zero vector is zero, and works at zero weights", () => {
    const surface = quadratic([[2]], { weights: Float64Array.of(0) });
    expect(centralDifferences(surface.gradient, surface.weights)(Float64Array.of(0))).toEqual(
      Float64Array.of(0),
    );
    expect(centralDifferences(surface.gradient, surface.weights)(Float64Array.of(3))[0]).toBeCloseTo(6, 10);
    expect(() => centralDifferences(surface.gradient, surface.weights, { step: 0 })).toThrow(
      "step must be a finite number > 0, got 0",
    );
  });
});

describe("asymmetry()", () => {
  it("is 0 for a symmetric matrix, of the order of 1 for a rotation, and 0 where the product is", () => {
    const key = ["test", "asymmetry"];
    expect(asymmetry(productOf(matrixWithSpectrum(SPECTRUM, "s")), 9, { key, pairs: 5 })).toBeLessThan(1e-13);
    const rotation = [
      [0, 1],
      [-1, 0],
    ];
    expect(asymmetry(productOf(rotation), 2, { key, pairs: 8 })).toBeCloseTo(4 / Math.SQRT2, 10);
    expect(asymmetry((v) => v.map(() => 0), 4, { key })).toBe(0);
  });

  it("tells that a step is too short for the precision of the gradient", () => {
    const { gradient, weights } = twoLayerNet();
    const single = (w: Float64Array) => Float64Array.from(Float32Array.from(gradient(w)));
    const at = (step: number) =>
      asymmetry(centralDifferences(single, weights, { step }), 16, { key: ["test"], pairs: 4 });
    expect(at(1e-2)).toBeLessThan(1e-3);
    expect(at(1e-7)).toBeGreaterThan(0.02);
  });
});

describe("options of Hessians", () => {
  it("that do not exist are refused, and no pairs or samples of any", () => {
    const product = productOf(matrixWithSpectrum(SPECTRUM, "s"));
    expect(() => asymmetry(product, 9, { key: ["test"], pairs: 0 })).toThrow(
      "pairs must be a whole number of at least 1, got 0",
    );
    expect(() => asymmetry(product, 9, { key: ["test"], pair: 3 } as never)).toThrow("has no option pair");
    expect(() => topEigenvalues(product, 9, { counts: 3 } as never)).toThrow(
      "topEigenvalues has no option counts; its options are count, tolerance, most, draws",
    );
    expect(() => diagonalSums(product, [], { sample: 3, key: ["test"] } as never)).toThrow(
      "has no option sample",
    );
    expect(() => centralDifferences((w) => w, new Float64Array(1), { h: 3 } as never)).toThrow(
      "centralDifferences has no option h; its only option is step",
    );
  });
});

describe("topEigenvalues()", () => {
  const draws = () => stream("test", "lanczos");

  it("finds the largest of a known spectrum, in order, within their bounds", () => {
    const product = productOf(matrixWithSpectrum(SPECTRUM, "lanczos"));
    const { values, bounds } = topEigenvalues(product, 9, { count: 3, tolerance: 1e-10, draws: draws() });
    expect(values).toHaveLength(3);
    for (const [i, value] of values.entries())
      expect(Math.abs(value - SPECTRUM[i]!)).toBeLessThan(1e-9 + bounds[i]!);
  });

  it("stops as soon as it is precise: a few products for an outlying eigenvalue among hundreds", () => {
    const size = 400;
    const diagonal = Float64Array.from({ length: size }, (_, i) => (i === 7 ? 50 : Math.sin(i)));
    const { values, bounds, products } = topEigenvalues((v) => v.map((x, i) => diagonal[i]! * x), size, {
      tolerance: 1e-6,
      draws: draws(),
    });
    expect(values[0]).toBeCloseTo(50, 6);
    expect(bounds[0]).toBeLessThan(50e-6);
    expect(products).toBeLessThan(15);
  });

  it("agrees with the dense Hessian of a logistic regression and of a two-layer net", () => {
    const { surface, hessian } = logisticRegression();
    const net = twoLayerNet();
    for (const [{ gradient, weights }, dense] of [
      [surface, hessian],
      [net, denseHessian(net)],
    ] as const) {
      const product = centralDifferences(gradient, weights);
      const { values } = topEigenvalues(product, weights.length, {
        count: 2,
        tolerance: 1e-8,
        draws: draws(),
      });
      const expected = [...symmetricEigen(dense).values].reverse();
      expect(values[0]).toBeCloseTo(expected[0]!, 5);
      expect(values[1]).toBeCloseTo(expected[1]!, 5);
    }
  });

  it("needs one product of a multiple of the identity, copes with 1 x 1, with 0 and with fewer than asked for", () => {
    const same = topEigenvalues((v) => v.map((x) => -3 * x), 50, { count: 4, draws: draws() });
    expect(same.products).toBe(1);
    expect(same.values.map((x) => Number(x.toFixed(12)))).toEqual([-3]);
    expect(topEigenvalues((v) => v.map((x) => 5 * x), 1, { draws: draws() }).values[0]).toBeCloseTo(5, 12);
    expect(topEigenvalues((v) => v.map(() => 0), 6, { draws: draws() }).values).toEqual([0]);
    expect(() => topEigenvalues((v) => v, 3, { count: 0, draws: draws() })).toThrow("count must be");
  });
});

describe("symmetricEigen()", () => {
  it("gives values in ascending order, and vectors that the matrix stretches by them", () => {
    const matrix = matrixWithSpectrum(SPECTRUM, "eigen");
    const { values, vectors } = symmetricEigen(matrix);
    expect(
      distance(
        values,
        [...SPECTRUM].sort((a, b) => a - b),
      ),
    ).toBeLessThan(1e-12);
    for (const [i, vector] of vectors.entries()) {
      const stretched = productOf(matrix)(Float64Array.from(vector));
      expect(
        distance(
          stretched,
          vector.map((x) => values[i]! * x),
        ),
      ).toBeLessThan(1e-12);
    }
  });
});

describe("diagonalSums()", () => {
  const key = ["test", "hutchinson"];

  it("is exact for a diagonal matrix", () => {
    const diagonal = [4, -1, 2.5];
    const ones = Float64Array.of(1, 1, 1);
    const [sum, weighted] = diagonalSums(
      (v) => v.map((x, i) => diagonal[i]! * x),
      [ones, Float64Array.of(0, 2, 0)],
      { samples: 3, key },
    );
    expect(sum).toEqual({ value: 5.5, standardError: 0 });
    expect(weighted!.value).toBe(-2);
  });

  it("estimates trace and weighted traces of a dense matrix, with standard errors as large as the errors are", () => {
    const matrix = matrixWithSpectrum(SPECTRUM, "trace");
    const factors = [normals(9, "a").map(() => 1), normals(9, "a")];
    const truth = factors.map((a) => a.reduce((sum, ai, i) => sum + ai * matrix[i]![i]!, 0));
    const scores = Array.from({ length: 200 }, (_, repeat) =>
      diagonalSums(productOf(matrix), factors, { samples: 30, key: [...key, repeat] }).map(
        ({ value, standardError }, i) => (value - truth[i]!) / standardError,
      ),
    );
    for (const i of [0, 1]) {
      const column = scores.map((row) => row[i]!);
      expect(Math.abs(column.reduce((a, b) => a + b) / 200)).toBeLessThan(0.25);
      expect(column.filter((z) => Math.abs(z) > 2.05).length).toBeLessThan(30); // 5 % expected
    }
  });

  it("has no standard error with one sample, and refuses none", () => {
    expect(diagonalSums((v) => v, [Float64Array.of(1)], { samples: 1, key })[0]).toEqual({
      value: 1,
      standardError: NaN,
    });
    expect(() => diagonalSums((v) => v, [Float64Array.of(1)], { samples: 0, key })).toThrow(
      "samples must be",
    );
  });
});
