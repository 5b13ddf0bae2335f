import { stream } from "../../src/base/random/index.js";
import type { Product, Surface, Vector } from "../../src/experiments/sharpness/index.js";

/** A vector of keyed standard normal numbers. */
export function normals(size: number, ...key: (string | number)[]): Vector {
  const draws = stream("test", ...key);
  return Float64Array.from({ length: size }, () => draws.normal());
}

/** A symmetric matrix with this spectrum and no structure: a diagonal one, reflected at random. */
export function matrixWithSpectrum(spectrum: readonly number[], key: string): number[][] {
  const n = spectrum.length;
  const u = normals(n, "reflection", key);
  const square = u.reduce((sum, x) => sum + x * x, 0);
  const q = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => Number(i === j) - (2 * u[i]! * u[j]!) / square),
  );
  return q.map((row) => q.map((other) => row.reduce((sum, x, k) => sum + x * spectrum[k]! * other[k]!, 0)));
}

export function productOf(matrix: readonly (readonly number[])[]): Product {
  return (v) => Float64Array.from(matrix, (row) => row.reduce((sum, x, i) => sum + x * v[i]!, 0));
}

/** L(w) = b'w + w'Hw / 2, at the given weights. */
export function quadratic(
  matrix: readonly (readonly number[])[],
  { weights, b = weights.map(() => 0) }: { weights: Vector; b?: Vector },
): Surface {
  const product = productOf(matrix);
  return {
    weights,
    loss: (w) => product(w).reduce((sum, hw, i) => sum + w[i]! * (b[i]! + hw / 2), 0),
    gradient: (w) => product(w).map((hw, i) => hw + b[i]!),
  };
}

/** The Hessian by second differences of the loss alone. */
export function denseHessian({ loss, weights }: Surface, h = 1e-4): number[][] {
  const at = (i: number, di: number, j: number, dj: number) => {
    const w = weights.slice();
    w[i]! += di;
    w[j]! += dj;
    return loss(w);
  };
  return Array.from(weights, (_, i) =>
    Array.from(
      weights,
      (_, j) => (at(i, h, j, h) - at(i, h, j, -h) - at(i, -h, j, h) + at(i, -h, j, -h)) / (4 * h * h),
    ),
  );
}

/** Logistic regression: 40 points of 5 coordinates, w the coefficients. */
export function logisticRegression(): { surface: Surface; hessian: number[][] } {
  const points = Array.from({ length: 40 }, (_, i) => normals(5, "point", i));
  const labels = points.map((x, i) => Number(x[0]! + x[1]! + normals(1, "label", i)[0]! > 0));
  const weights = Float64Array.of(0.8, 0.5, -0.3, 0.1, 0.4);
  const score = (w: Vector, x: Vector) => x.reduce((sum, xi, i) => sum + xi * w[i]!, 0);
  const sigmoid = (s: number) => 1 / (1 + Math.exp(-s));
  const over = (term: (x: Vector, label: number) => number) =>
    points.reduce((sum, x, i) => sum + term(x, labels[i]!), 0) / points.length;
  return {
    surface: {
      weights,
      loss: (w) => over((x, y) => Math.log1p(Math.exp(score(w, x))) - y * score(w, x)),
      gradient: (w) => w.map((_, i) => over((x, y) => (sigmoid(score(w, x)) - y) * x[i]!)),
    },
    hessian: Array.from(weights, (_, i) =>
      Array.from(weights, (_, j) =>
        over((x) => {
          const p = sigmoid(score(weights, x));
          return p * (1 - p) * x[i]! * x[j]!;
        }),
      ),
    ),
  };
}

/** Two layers, 3 -> 4 (tanh) -> 1, squared error on 20 points: 16 weights. */
export function twoLayerNet(): Surface {
  const points = Array.from({ length: 20 }, (_, i) => normals(3, "input", i));
  const targets = points.map((x) => Math.sin(x[0]!) - 0.5 * x[1]! * x[2]!);
  const hidden = (w: Vector, x: Vector) =>
    Array.from({ length: 4 }, (_, h) => Math.tanh(x.reduce((sum, xi, i) => sum + xi * w[3 * h + i]!, 0)));
  const error = (w: Vector, i: number) =>
    hidden(w, points[i]!).reduce((sum, a, h) => sum + a * w[12 + h]!, 0) - targets[i]!;
  return {
    weights: normals(16, "two layers"),
    loss: (w) => points.reduce((sum, _, i) => sum + error(w, i) ** 2 / 2, 0) / points.length,
    gradient(w) {
      const gradient = new Float64Array(16);
      for (const [i, x] of points.entries()) {
        const e = error(w, i) / points.length;
        for (const [h, a] of hidden(w, x).entries()) {
          gradient[12 + h]! += e * a;
          for (let j = 0; j < 3; j++) gradient[3 * h + j]! += e * w[12 + h]! * (1 - a * a) * x[j]!;
        }
      }
      return gradient;
    },
  };
}
