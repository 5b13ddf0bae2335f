import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { loadBackend } from "../../src/backend/index.js";
import { weightCodes, weightQuantizer, weightValues } from "../../src/quantization/index.js";
import { stream } from "../../src/random/index.js";
import {
  conventionalGradient,
  type Loss,
  type Perturbation,
  type PerturbationRule,
  type Point,
  type PointGradient,
  perturbationNorm,
  sharpnessAwareGradient,
} from "../../src/saq/index.js";
import { normalTensor, scalarOf } from "../support/tensors.js";

/*
 * A two-layer net with tanh in place of the activation quantizer, so that its loss is smooth in all that SAQ moves and
 * finite differences mean something. Everything is recomputed below in float64, without tensors.
 */
const [INPUTS, HIDDEN, SAMPLES] = [5, 4, 7];
const CLIPS = { a: 0.9, b: 1.1 };
const quantizer = weightQuantizer(4);
let point: Point;
let x: tf.Tensor2D;
let target: tf.Tensor2D;
let loss: Loss;

beforeAll(async () => {
  await loadBackend();
  const key = stream("test", "saq");
  const normal = (...shape: number[]) => normalTensor(key, shape);
  x = normal(SAMPLES, INPUTS) as tf.Tensor2D;
  target = normal(SAMPLES, 1) as tf.Tensor2D;
  point = {
    weights: { a: tf.mul(normal(INPUTS, HIDDEN), 0.5), b: tf.mul(normal(HIDDEN, 1), 0.5) },
    weightClips: { a: tf.scalar(CLIPS.a), b: tf.scalar(CLIPS.b) },
    rest: { bias: tf.mul(normal(HIDDEN), 0.1) },
  };
  loss = (weights, rest) => {
    const hidden = tf.tanh(tf.add(tf.matMul(x, weights["a"] as tf.Tensor2D), rest["bias"]!));
    return tf.mean(tf.square(tf.sub(tf.matMul(hidden as tf.Tensor2D, weights["b"] as tf.Tensor2D), target)));
  };
});

/** Parameters as one float64 vector: a, b, bias. */
function vectorOf(tensors: {
  a: ArrayLike<number>;
  b: ArrayLike<number>;
  bias: ArrayLike<number>;
}): number[] {
  return [...Array.from(tensors.a), ...Array.from(tensors.b), ...Array.from(tensors.bias)];
}

/** The same loss in float64. */
function exactLoss(v: readonly number[]): number {
  const images = x.dataSync();
  const goal = target.dataSync();
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
  a: point.weights["a"]!.dataSync() as Float32Array,
  b: point.weights["b"]!.dataSync() as Float32Array,
  bias: point.rest["bias"]!.dataSync() as Float32Array,
});
const onGrid = (values: Float32Array, clip: number) => weightValues(weightCodes(values, clip, 4), clip, 4);
/** Q(w) and the biases. */
function quantized() {
  const { a, b, bias } = latent();
  return vectorOf({ a: onGrid(a, Math.fround(CLIPS.a)), b: onGrid(b, Math.fround(CLIPS.b)), bias });
}
const norm = (v: readonly number[]) => Math.hypot(...v);
const gradientVector = ({ weights, rest }: Pick<PointGradient, "weights" | "rest">) =>
  vectorOf({ a: weights["a"]!.dataSync(), b: weights["b"]!.dataSync(), bias: rest["bias"]!.dataSync() });
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
const ascent = (g: readonly number[], rho: number) => g.map((value) => (rho * value) / norm(g));
const plus = (v: readonly number[], e: readonly number[]) => v.map((value, i) => value + e[i]!);
const times = (v: readonly number[], w: readonly number[]) => v.map((value, i) => value * w[i]!);
const RHO = 0.3;
const step = (rule: PerturbationRule, rho = RHO) =>
  sharpnessAwareGradient(loss, point, quantizer, { rule, rho });

describe("against finite differences in float64", () => {
  it("the conventional gradient is that of the loss at Q(w), straight through to w", () => {
    const gradient = conventionalGradient(loss, point, quantizer);
    expect(scalarOf(gradient.loss)).toBeCloseTo(exactLoss(quantized()), 5);
    expectVector(gradientVector(gradient), times(finiteDifferences(quantized()), passing()), 1e-5);
  });

  it("SAQ climbs from Q(w) along its gradient and takes the gradient at Q(w) + e", () => {
    const gradient = step("saq");
    const e = ascent(finiteDifferences(quantized()), RHO);
    expectVector(stepVector(gradient.perturbation), e, 1e-5);
    expectVector(gradientVector(gradient), times(finiteDifferences(plus(quantized(), e)), passing()), 1e-5);
    expect(scalarOf(gradient.loss)).toBeCloseTo(exactLoss(quantized()), 5);
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
      expect(scalarOf(perturbationNorm(step(rule, rho).perturbation))).toBeCloseTo(rho, 5);
  });

  it("of radius 0 gives exactly the conventional step, by every rule", () => {
    const plain = conventionalGradient(loss, point, quantizer);
    for (const rule of ["saq", "asam", "sam-latent", "sam-requantized"] as const) {
      const gradient = step(rule, 0);
      for (const part of ["weights", "weightClips", "rest"] as const)
        for (const [name, g] of Object.entries(gradient[part]))
          expect(g.dataSync()).toEqual(plain[part][name]!.dataSync());
    }
  });

  it("leaves the grid: the second pass sees weights that are no levels, the first one levels only", () => {
    const seen: Record<string, Float32Array> = {};
    const spy: Loss = (weights, rest, pass) => {
      seen[pass] = weights["a"]!.dataSync() as Float32Array;
      return loss(weights, rest, pass);
    };
    sharpnessAwareGradient(spy, point, quantizer, { rule: "saq", rho: RHO });
    const clip = Math.fround(CLIPS.a);
    const offGrid = (values: Float32Array) =>
      values.filter((w, i) => Math.abs(w - onGrid(values, clip)[i]!) > 1e-4).length;
    expect(offGrid(seen["first"]!)).toBe(0);
    expect(offGrid(seen["second"]!)).toBeGreaterThan(INPUTS * HIDDEN - 3);
  });

  it("of a loss that does not depend on anything is 0, not NaN", () => {
    const flat: Loss = (weights, rest) =>
      tf.addN(
        [...Object.values(weights), ...Object.values(rest)].map((t) => tf.sum(tf.mul(t, 0))),
      ) as tf.Scalar;
    const { perturbation, weights } = sharpnessAwareGradient(flat, point, quantizer, { rule: "saq", rho: 1 });
    expect(scalarOf(perturbationNorm(perturbation))).toBe(0);
    expect([...weights["a"]!.dataSync()].every((g) => g === 0)).toBe(true);
  });
});

describe("the point", () => {
  it("is restored exactly: no latent weight, clip or bias changes a bit", () => {
    const bits = () =>
      Object.values({ ...point.weights, ...point.weightClips, ...point.rest }).map((t) => [...t.dataSync()]);
    const before = bits();
    for (const rule of ["saq", "asam", "sam-latent", "sam-requantized"] as const) step(rule);
    expect(bits()).toEqual(before);
  });

  it("keeps its weight clips out of the climb but gives them a gradient", () => {
    const gradient = step("saq");
    expect(Object.keys(gradient.perturbation.weights)).toEqual(["a", "b"]);
    expect(Object.keys(gradient.perturbation.rest)).toEqual(["bias"]);
    expect(Math.abs(scalarOf(gradient.weightClips["a"]!))).toBeGreaterThan(0);
  });

  it("of a float network is stepped by plain SAM", () => {
    const float = { ...point, weightClips: {} };
    const gradient = sharpnessAwareGradient(loss, float, undefined, { rule: "saq", rho: RHO });
    const v = vectorOf(latent());
    expectVector(
      gradientVector(gradient),
      finiteDifferences(plus(v, ascent(finiteDifferences(v), RHO))),
      1e-5,
    );
  });

  it("without a clip for a weight is refused by name", () => {
    expect(() =>
      conventionalGradient(loss, { ...point, weightClips: { a: tf.scalar(1) } }, quantizer),
    ).toThrow("weight b has no clip");
  });
});

it("frees every tensor but the gradient it returns", () => {
  const before = tf.memory().numTensors;
  const gradient = step("saq");
  tf.dispose(gradient as unknown as tf.TensorContainer);
  expect(tf.memory().numTensors).toBe(before);
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("rho = %d is refused", (rho) => {
  expect(() => step("saq", rho)).toThrow(`rho must be a finite number >= 0, got ${rho}`);
});
