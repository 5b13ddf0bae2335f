import { describe, expect, it } from "vitest";
import { type Array32, type Arrays, scalar } from "../../../src/base/arrays.js";
import { stream } from "../../../src/base/random/index.js";
import { weightCodes, weightQuantizer, weightValues } from "../../../src/quantization/index.js";
import {
  conventionalGradient,
  faultAwareGradient,
  type LossGradient,
  norm,
  type Perturbation,
  type PerturbationRule,
  type Point,
  type PointGradient,
  sharpnessAwareGradient,
} from "../../../src/training/gradients/index.js";

/*
 * A two-layer net with tanh in place of the activation quantizer, so that its loss is smooth in all that SAQ moves and
 * finite differences mean something. Its gradient is written out by hand; what SAQ makes of it is compared with central
 * differences of the loss, so that an error in either shows.
 */
const [INPUTS, HIDDEN, SAMPLES] = [5, 4, 7];
const CLIPS = { a: 0.9, b: 1.1 };
const quantizer = weightQuantizer(4);
const draws = stream("test", "saq");
const normals = (scale: number, ...shape: number[]): Array32 => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((p, n) => p * n, 1) }, () => scale * draws.normal()),
});
const images = normals(1, SAMPLES, INPUTS).data;
const goal = normals(1, SAMPLES).data;
const point: Point = {
  weights: { a: normals(0.5, INPUTS, HIDDEN), b: normals(0.5, HIDDEN, 1) },
  weightClips: { a: scalar(CLIPS.a), b: scalar(CLIPS.b) },
  rest: { bias: normals(0.1, HIDDEN) },
};

/** Parameters as one float64 vector: a, b, bias. */
function vectorOf(parts: { a: ArrayLike<number>; b: ArrayLike<number>; bias: ArrayLike<number> }): number[] {
  return [...Array.from(parts.a), ...Array.from(parts.b), ...Array.from(parts.bias)];
}
const vectorOfArrays = (weights: Arrays, rest: Arrays) =>
  vectorOf({ a: weights["a"]!.data, b: weights["b"]!.data, bias: rest["bias"]!.data });

/** The loss and its gradient by backpropagation, written out. */
const lossGradient: LossGradient = (weights, rest) => {
  const v = vectorOfArrays(weights, rest);
  const gradient = v.map(() => 0);
  const [b, bias] = [INPUTS * HIDDEN, INPUTS * HIDDEN + HIDDEN];
  for (let s = 0; s < SAMPLES; s++) {
    const hidden = Array.from({ length: HIDDEN }, (_, h) => {
      let z = v[bias + h]!;
      for (let i = 0; i < INPUTS; i++) z += images[s * INPUTS + i]! * v[i * HIDDEN + h]!;
      return Math.tanh(z);
    });
    const y = hidden.reduce((sum, value, h) => sum + value * v[b + h]!, 0);
    const dy = (2 * (y - goal[s]!)) / SAMPLES;
    hidden.forEach((value, h) => {
      gradient[b + h]! += dy * value;
      const dz = dy * v[b + h]! * (1 - value * value);
      gradient[bias + h]! += dz;
      for (let i = 0; i < INPUTS; i++) gradient[i * HIDDEN + h]! += dz * images[s * INPUTS + i]!;
    });
  }
  const part = (shape: number[], from: number): Array32 => ({
    shape,
    data: Float32Array.from(gradient.slice(from, from + shape.reduce((p, n) => p * n, 1))),
  });
  return {
    loss: exactLoss(v),
    weights: { a: part([INPUTS, HIDDEN], 0), b: part([HIDDEN, 1], b) },
    rest: { bias: part([HIDDEN], bias) },
  };
};

/** The same loss in float64. */
function exactLoss(v: readonly number[]): number {
  let sum = 0;
  for (let s = 0; s < SAMPLES; s++) {
    let y = 0;
    for (let h = 0; h < HIDDEN; h++) {
      let z = v[INPUTS * HIDDEN + HIDDEN + h]!;
      for (let i = 0; i < INPUTS; i++) z += images[s * INPUTS + i]! * v[i * HIDDEN + h]!;
      y += Math.tanh(z) * v[INPUTS * HIDDEN + h]!;
    }
    sum += (y - goal[s]!) ** 2;
  }
  return sum / SAMPLES;
}

/** Central differences of {@link exactLoss}. */
function finiteDifferences(v: readonly number[], h = 1e-5): number[] {
  return v.map((_, i) => {
    const moved = (by: number) => exactLoss(v.map((value, j) => (j === i ? value + by : value)));
    return (moved(h) - moved(-h)) / (2 * h);
  });
}

const latent = () => ({
  a: point.weights["a"]!.data,
  b: point.weights["b"]!.data,
  bias: point.rest["bias"]!.data,
});
const onGrid = (values: Float32Array, clip: number) => weightValues(weightCodes(values, clip, 4), clip, 4);
/** Q(w) and the biases. */
function quantized() {
  const { a, b, bias } = latent();
  return vectorOf({ a: onGrid(a, Math.fround(CLIPS.a)), b: onGrid(b, Math.fround(CLIPS.b)), bias });
}
const gradientVector = ({ weights, rest }: Pick<PointGradient, "weights" | "rest">) =>
  vectorOfArrays(weights, rest);
const stepVector = (e: Perturbation) => gradientVector(e);
/** Straight-through: 1 inside the clip. */
function passing(): number[] {
  const { a, b, bias } = latent();
  const inside = (values: Float32Array, clip: number) =>
    Array.from(values, (w) => (Math.abs(w) <= clip ? 1 : 0));
  return vectorOf({ a: inside(a, CLIPS.a), b: inside(b, CLIPS.b), bias: Array.from(bias, () => 1) });
}
function expectVector(actual: readonly number[], expected: readonly number[], tolerance: number) {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
  expect(worst).toBeLessThan(tolerance);
}
const ascent = (g: readonly number[], rho: number) => g.map((value) => (rho * value) / Math.hypot(...g));
const plus = (v: readonly number[], e: readonly number[]) => v.map((value, i) => value + e[i]!);
const times = (v: readonly number[], w: readonly number[]) => v.map((value, i) => value * w[i]!);
const RHO = 0.3;
const step = (rule: PerturbationRule, rho = RHO) =>
  sharpnessAwareGradient(lossGradient, point, quantizer, { rule, rho });

describe("against finite differences in float64", () => {
  it("the conventional gradient is that of the loss at Q(w), straight through to w", () => {
    const gradient = conventionalGradient(lossGradient, point, quantizer);
    expect(gradient.loss).toBeCloseTo(exactLoss(quantized()), 5);
    expectVector(gradientVector(gradient), times(finiteDifferences(quantized()), passing()), 1e-5);
  });

  it("SAQ climbs from Q(w) along its gradient and takes the gradient at Q(w) + e", () => {
    const gradient = step("saq");
    const e = ascent(finiteDifferences(quantized()), RHO);
    expectVector(stepVector(gradient.perturbation), e, 1e-5);
    expectVector(gradientVector(gradient), times(finiteDifferences(plus(quantized(), e)), passing()), 1e-5);
    expect(gradient.loss).toBeCloseTo(exactLoss(quantized()), 5);
  });

  it("SAM at the latent weights climbs along the gradient at w, but moves Q(w)", () => {
    const gradient = step("sam-latent");
    const e = ascent(finiteDifferences(vectorOf(latent())), RHO);
    expectVector(stepVector(gradient.perturbation), e, 1e-5);
    expectVector(gradientVector(gradient), times(finiteDifferences(plus(quantized(), e)), passing()), 1e-5);
  });

  it("Q(w + e) rounds the perturbed weights again", () => {
    const gradient = step("sam-requantized");
    const e = ascent(finiteDifferences(quantized()), RHO);
    const moved = plus(vectorOf(latent()), e);
    const a = Float32Array.from(moved.slice(0, INPUTS * HIDDEN));
    const b = Float32Array.from(moved.slice(INPUTS * HIDDEN, INPUTS * HIDDEN + HIDDEN));
    const bias = moved.slice(INPUTS * HIDDEN + HIDDEN);
    const at = vectorOf({ a: onGrid(a, CLIPS.a), b: onGrid(b, CLIPS.b), bias });
    const passes = vectorOf({
      a: Array.from(a, (w) => (Math.abs(w) <= CLIPS.a ? 1 : 0)),
      b: Array.from(b, (w) => (Math.abs(w) <= CLIPS.b ? 1 : 0)),
      bias: bias.map(() => 1),
    });
    expectVector(gradientVector(gradient), times(finiteDifferences(at), passes), 1e-4);
  });

  it("ASAM scales the climb of each weight by |Q(w)| + 0.01", () => {
    const { perturbation } = step("asam");
    const q = quantized();
    const scale = q.map((w, i) => (i < INPUTS * HIDDEN + HIDDEN ? Math.abs(w) + 0.01 : 1));
    const scaled = times(finiteDifferences(q), scale);
    expectVector(stepVector(perturbation), times(ascent(scaled, RHO), scale), 1e-5);
  });
});

describe("the perturbation", () => {
  it.each([0.05, 0.3, 2])("has the norm rho = %f over weights and rest together", (rho) => {
    for (const rule of ["saq", "sam-latent", "sam-requantized"] as const)
      expect(norm(step(rule, rho).perturbation)).toBeCloseTo(rho, 5);
  });

  it("of radius 0 gives exactly the conventional step, by every rule", () => {
    const plain = conventionalGradient(lossGradient, point, quantizer);
    for (const rule of ["saq", "asam", "sam-latent", "sam-requantized"] as const) {
      const gradient = step(rule, 0);
      for (const part of ["weights", "weightClips", "rest"] as const)
        for (const [name, g] of Object.entries(gradient[part]))
          expect(g.data).toEqual(plain[part][name]!.data);
    }
  });

  it("leaves the grid: the second pass sees weights that are no levels, the first one levels only", () => {
    const seen: Record<string, Float32Array> = {};
    const spy: LossGradient = (weights, rest, pass) => {
      seen[pass] = weights["a"]!.data;
      return lossGradient(weights, rest, pass);
    };
    sharpnessAwareGradient(spy, point, quantizer, { rule: "saq", rho: RHO });
    const clip = Math.fround(CLIPS.a);
    const offGrid = (values: Float32Array) =>
      values.filter((w, i) => Math.abs(w - onGrid(values, clip)[i]!) > 1e-4).length;
    expect(offGrid(seen["first"]!)).toBe(0);
    expect(offGrid(seen["second"]!)).toBeGreaterThan(INPUTS * HIDDEN - 3);
  });

  it("of a loss that does not depend on anything is 0, not NaN", () => {
    const flat: LossGradient = (weights, rest) => {
      const zero = (arrays: Arrays) =>
        Object.fromEntries(Object.entries(arrays).map(([k, x]) => [k, { ...x, data: x.data.map(() => 0) }]));
      return { loss: 1, weights: zero(weights), rest: zero(rest) };
    };
    const { perturbation, weights } = sharpnessAwareGradient(flat, point, quantizer, { rule: "saq", rho: 1 });
    expect(norm(perturbation)).toBe(0);
    expect(weights["a"]!.data.every((g) => g === 0)).toBe(true);
  });
});

describe("the fault-aware gradient", () => {
  const faultFree = (w: Float32Array, c: number) => onGrid(w, c);
  /** Turns every code q into n - q: w into -w. */
  const inverted = (w: Float32Array, c: number) => onGrid(w, c).map((value) => -value);

  it("of a memory without faults is the conventional gradient, bit for bit", () => {
    const { weights, weightClips, rest, loss } = faultAwareGradient(
      lossGradient,
      point,
      quantizer,
      faultFree,
    );
    expect({ weights, weightClips, rest, loss }).toEqual(
      conventionalGradient(lossGradient, point, quantizer),
    );
  });

  it("is the mean of the gradients at Q(w) and at what is read, straight through to w", () => {
    const { a, b, bias } = latent();
    const at = vectorOf({
      a: inverted(a, Math.fround(CLIPS.a)),
      b: inverted(b, Math.fround(CLIPS.b)),
      bias,
    });
    const gradient = faultAwareGradient(lossGradient, point, quantizer, inverted);
    const both = plus(finiteDifferences(quantized()), finiteDifferences(at)).map((g) => g / 2);
    expectVector(gradientVector(gradient), times(both, passing()), 1e-5);
    expect(gradient.loss).toBeCloseTo(exactLoss(quantized()), 5);
  });

  it("gives the clip the slope of weights whose codes move straight through, faults staying as they are", () => {
    // w' = Q(w) + f c with f = -2 Q(w)/c fixed, and Q straight through: c q with q = Q(w)/c inside, where d(c q)/dc = q - w/c
    const { a, b, bias } = latent();
    const [ca, cb] = [Math.fround(CLIPS.a), Math.fround(CLIPS.b)];
    const at = vectorOf({ a: inverted(a, ca), b: inverted(b, cb), bias });
    const slopeAt = (v: number[], read: (w: Float32Array, c: number) => Float32Array) => {
      const g = finiteDifferences(v);
      return read(a, ca).reduce((sum, value, i) => {
        const w = a[i]!;
        return sum + g[i]! * (Math.abs(w) > ca ? value / ca : (value - w) / ca);
      }, 0);
    };
    const expected = (slopeAt(quantized(), onGrid) + slopeAt(at, inverted)) / 2;
    const gradient = faultAwareGradient(lossGradient, point, quantizer, inverted);
    expect(gradient.weightClips["a"]!.data[0]).toBeCloseTo(expected, 4);
  });
});

describe("the point", () => {
  it("is restored exactly: no latent weight, clip or bias changes a bit", () => {
    const bits = () =>
      Object.values({ ...point.weights, ...point.weightClips, ...point.rest }).map(({ data }) => [...data]);
    const before = bits();
    for (const rule of ["saq", "asam", "sam-latent", "sam-requantized"] as const) step(rule);
    expect(bits()).toEqual(before);
  });

  it("keeps its weight clips out of the climb but gives them a gradient", () => {
    const gradient = step("saq");
    expect(Object.keys(gradient.perturbation.weights)).toEqual(["a", "b"]);
    expect(Object.keys(gradient.perturbation.rest)).toEqual(["bias"]);
    expect(Math.abs(gradient.weightClips["a"]!.data[0]!)).toBeGreaterThan(0);
  });

  it("of a float network is stepped by plain SAM", () => {
    const float = { ...point, weightClips: {} };
    const gradient = sharpnessAwareGradient(lossGradient, float, undefined, { rule: "saq", rho: RHO });
    const v = vectorOf(latent());
    expectVector(
      gradientVector(gradient),
      finiteDifferences(plus(v, ascent(finiteDifferences(v), RHO))),
      1e-5,
    );
  });

  it("without a clip for a weight is refused by name", () => {
    expect(() =>
      conventionalGradient(lossGradient, { ...point, weightClips: { a: scalar(1) } }, quantizer),
    ).toThrow("weight b has no clip");
  });
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("rho = %d is refused", (rho) => {
  expect(() => step("saq", rho)).toThrow(`rho must be a finite number >= 0, got ${rho}`);
});
