import { describe, expect, it } from "vitest";
import {
  ascendedRise,
  averageRises,
  ball,
  join,
  layerBalls,
  layerDirection,
  relativeRadii,
  steepestRise,
  worstRise,
} from "../../../src/experiments/sharpness/index.js";
import { matrixWithSpectrum, normals, quadratic } from "../../support/surfaces.js";

const { layers } = join({
  a: { shape: [2, 2], data: new Float32Array(4) },
  b: { shape: [3, 1], data: new Float32Array(3) },
});
const matrix = matrixWithSpectrum([9, 4, 2, 1, 0.5, 0.2, 0.1], "rises");
const surface = quadratic(matrix, { weights: normals(7, "w"), b: normals(7, "b") });
const flat = { weights: surface.weights, loss: () => 0.7, gradient: (w: Float64Array) => w.map(() => 0) };

describe("steepestRise()", () => {
  it("of a quadratic is rho |g| + rho^2 g'Hg / (2 |g|^2)", () => {
    const g = surface.gradient(surface.weights);
    const length = Math.hypot(...g);
    const e = g.map((x) => (0.3 * x) / length);
    const bent = quadratic(matrix, { weights: e }).loss(e);
    expect(steepestRise(surface, ball(0.3))).toBeCloseTo(0.3 * length + bent, 10);
  });

  it("in ASAM's ball is SAM's in coordinates e / s", () => {
    const scale = normals(7, "s").map((x) => Math.abs(x) + 0.1);
    const inCoordinates = {
      weights: surface.weights.map((w, i) => w / scale[i]!),
      loss: (z: Float64Array) => surface.loss(z.map((x, i) => x * scale[i]!)),
      gradient: (z: Float64Array) =>
        surface.gradient(z.map((x, i) => x * scale[i]!)).map((g, i) => g * scale[i]!),
    };
    for (const rise of [steepestRise, ascendedRise])
      expect(rise(surface, ball(0.4, scale))).toBeCloseTo(rise(inCoordinates, ball(0.4)), 10);
  });

  it("is 0 where the gradient is, and in a ball of radius 0", () => {
    for (const within of [ball(1), layerBalls(layers, [1, 1])]) {
      expect(steepestRise(flat, within)).toBe(0);
      expect(ascendedRise(flat, within)).toBe(0);
    }
    expect(steepestRise(surface, ball(0))).toBe(0);
    expect(ascendedRise(surface, layerBalls(layers, [0, 0]))).toBe(0);
    expect(() => ball(-1)).toThrow("rho must be a finite number >= 0, got -1");
  });
});

describe("ascendedRise()", () => {
  it("finds the most that is in the ball: scanned on a circle", () => {
    const plane = quadratic(
      [
        [3, 1],
        [1, -2],
      ],
      { weights: Float64Array.of(0.2, -0.1), b: Float64Array.of(0.05, 0.3) },
    );
    const base = plane.loss(plane.weights);
    const most = Math.max(
      ...Array.from({ length: 3600 }, (_, i) => {
        const [x, y] = [Math.cos((i * Math.PI) / 1800), Math.sin((i * Math.PI) / 1800)];
        return plane.loss(plane.weights.map((w, j) => w + 0.8 * (j === 0 ? x : y))) - base;
      }),
    );
    const found = ascendedRise(plane, ball(0.8), { steps: 200 });
    expect(found).toBeLessThanOrEqual(most + 1e-9);
    expect(found).toBeGreaterThan(0.999 * most);
    expect(ascendedRise(plane, ball(0.8))).toBeGreaterThan(0.98 * most);
  });

  it("is never below one step, and never negative on a hilltop", () => {
    expect(ascendedRise(surface, ball(0.5), { steps: 1 })).toBeGreaterThanOrEqual(
      steepestRise(surface, ball(0.5)),
    );
    const top = quadratic([[-1]], { weights: Float64Array.of(0) });
    expect(ascendedRise(top, ball(0.5))).toBe(0);
  });

  it("stays in each layer's own ball", () => {
    const seen: Float64Array[] = [];
    const watched = {
      ...surface,
      loss(w: Float64Array) {
        seen.push(w.map((x, i) => x - surface.weights[i]!));
        return surface.loss(w);
      },
    };
    ascendedRise(watched, layerBalls(layers, [0.5, 0.01]), { start: normals(7, "start") });
    for (const e of seen) {
      expect(Math.hypot(...e.subarray(0, 4))).toBeLessThanOrEqual(0.5 + 1e-12);
      expect(Math.hypot(...e.subarray(4))).toBeLessThanOrEqual(0.01 + 1e-12);
    }
    expect(() => ascendedRise(surface, ball(1), { steps: 0 })).toThrow("steps must be");
  });
});

describe("averageRises()", () => {
  const key = ["test", "average"];

  it("of a quadratic is the sum over layers of r_l^2 tr(H_ll) / (2 n_l): the slope averages out", () => {
    const trace = (from: number, to: number) =>
      matrix.slice(from, to).reduce((sum, row, i) => sum + row[from + i]!, 0);
    const expected = (0.4 ** 2 * trace(0, 4)) / 8 + (0.9 ** 2 * trace(4, 7)) / 6;
    const [found] = averageRises(surface, layers, [[0.4, 0.9]], { samples: 4000, key });
    expect(Math.abs(found!.value - expected)).toBeLessThan(4 * found!.standardError);
    expect(found!.standardError).toBeLessThan(0.1 * expected + 0.03);
  });

  it("has the same directions for all radii, and none of them is 0 at radius 0", () => {
    const bowl = quadratic(matrixWithSpectrum([6, 6, 6, 6, 6, 6, 6], "bowl"), {
      weights: new Float64Array(7),
    });
    const [small, large, none] = averageRises(
      bowl,
      layers,
      [
        [1, 1],
        [2, 2],
        [0, 0],
      ],
      { samples: 5, key },
    );
    expect(small!.value).toBeCloseTo(6, 10); // (1 + 1) * 6 / 2, whatever the direction
    expect(small!.standardError).toBeCloseTo(0, 10);
    expect(large!.value).toBeCloseTo(24, 10);
    expect(none).toEqual({ value: 0, standardError: 0 });
  });

  it("draws directions of length 1 in every layer, the same for the same key", () => {
    const direction = layerDirection(layers, key);
    for (const { from, to } of layers) expect(Math.hypot(...direction.subarray(from, to))).toBeCloseTo(1, 12);
    expect(layerDirection(layers, key)).toEqual(direction);
    expect(layerDirection(layers, [...key, 1])).not.toEqual(direction);
  });
});

describe("worstRise()", () => {
  it("of no start is refused, as are options that do not exist", () => {
    const key = ["test", "worst"];
    expect(() => worstRise(surface, layers, [1, 1], { restarts: 0, steps: 2, key })).toThrow(
      "restarts must be a whole number of at least 1, got 0",
    );
    expect(() => worstRise(surface, layers, [1, 1], { restarts: 1, step: 2, key } as never)).toThrow(
      "worstRise has no option step; its options are restarts, steps, key",
    );
    expect(() => averageRises(surface, layers, [[1, 1]], { sample: 2, key } as never)).toThrow(
      "averageRises has no option sample; its options are samples, key",
    );
    expect(() => ascendedRise(surface, ball(1), { begin: 0 } as never)).toThrow(
      "ascendedRise has no option begin; its options are steps, start",
    );
  });

  it("at the minimum of a quadratic is r^2 times its largest curvature / 2", () => {
    const bowl = quadratic(matrix, { weights: new Float64Array(7) });
    const one = [{ name: "all", shape: [7], from: 0, to: 7 }];
    const rise = worstRise(bowl, one, [0.1], { restarts: 10, steps: 20, key: ["test", "worst"] });
    expect(rise).toBeGreaterThan(0.97 * 0.01 * (9 / 2));
    expect(rise).toBeLessThanOrEqual(0.01 * (9 / 2) + 1e-12);
  });

  it("with radii relative to the layers is at least average", () => {
    const radii = relativeRadii(layers, surface.weights, 0.1);
    expect(radii[1]).toBeCloseTo(0.1 * Math.hypot(...surface.weights.subarray(4)), 12);
    const [average] = averageRises(surface, layers, [radii], { samples: 50, key: ["test"] });
    const worst = worstRise(surface, layers, radii, { restarts: 2, steps: 20, key: ["test"] });
    expect(worst).toBeGreaterThan(average!.value);
  });
});
