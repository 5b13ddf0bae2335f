import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { stream } from "../../src/base/random/index.js";
import {
  activationCodes,
  activationValues,
  weightCodes,
  weightQuantizer,
  weightValues,
} from "../../src/quantization/index.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { quantizeActivations, quantizeWeights } from "../../src/tensors/quantization.js";

beforeAll(async () => {
  await loadBackend();
});

const BITS = [1, 2, 3, 4, 5, 6, 7, 8];
const CLIP = Math.fround(0.3171);

/** Share of the way from one end of the grid to the other at which the nearest tie between two codes lies, minus position. */
function distanceToTie(position: number, n: number): number {
  const scaled = Math.min(Math.max(position, 0), 1) * n;
  return Math.abs(scaled - Math.floor(scaled) - 0.5) / n;
}

describe.each(BITS)("the grid on tensors with %i bits", (bits) => {
  const n = 2 ** bits - 1;
  const draws = stream("test", "tensor-grid", bits);
  const x = Float32Array.from({ length: 20_000 }, () => 0.3 * draws.normal());
  x.set([0, -0, CLIP, -CLIP, 2 * CLIP, -2 * CLIP]);

  it("has the weight codes of the typed-array grid but within 1e-6 of a tie", () => {
    const values = quantizeWeights(tf.tensor1d(x), tf.scalar(CLIP), bits).dataSync();
    const codes = weightCodes(x, CLIP, bits);
    const expected = weightValues(codes, CLIP, bits);
    let ties = 0;
    for (let i = 0; i < x.length; i++) {
      if (Math.abs(values[i]! - expected[i]!) < 1e-6 * CLIP) continue;
      expect(distanceToTie((x[i]! / CLIP + 1) / 2, n)).toBeLessThan(1e-6);
      ties++;
    }
    expect(ties).toBeLessThan(5);
  });

  it("has the activation codes of the typed-array grid but within 1e-6 of a tie", () => {
    const values = quantizeActivations(tf.tensor1d(x), tf.scalar(CLIP), bits).dataSync();
    const expected = activationValues(activationCodes(x, CLIP, bits), CLIP, bits);
    let ties = 0;
    for (let i = 0; i < x.length; i++) {
      if (Math.abs(values[i]! - expected[i]!) < 1e-6 * CLIP) continue;
      expect(distanceToTie(x[i]! / CLIP, n)).toBeLessThan(1e-6);
      ties++;
    }
    expect(ties).toBeLessThan(5);
  });

  it("passes gradients straight through inside the weight clip, and to the clip as docs/protocol.md section 2 says", () => {
    const dy = Float32Array.from(x, () => draws.normal());
    const [dw, dc] = tf.grads((w: tf.Tensor, c: tf.Tensor) => quantizeWeights(w, c, bits))(
      [tf.tensor1d(x), tf.scalar(CLIP)],
      tf.tensor1d(dy),
    );
    const value = weightValues(weightCodes(x, CLIP, bits), CLIP, bits);
    const inside = x.map((w) => (Math.abs(w) <= CLIP ? 1 : 0));
    expect(dw!.dataSync().map((d) => d + 0)).toEqual(dy.map((d, i) => d * inside[i]! + 0)); // + 0: no -0
    const slope = (i: number) => (inside[i] ? value[i]! / CLIP - x[i]! / CLIP : Math.sign(x[i]!));
    const expected = dy.reduce((sum, d, i) => sum + d * slope(i), 0);
    expect(dc!.dataSync()[0]).toBeCloseTo(expected, 1);
  });

  it("passes gradients of activations in [0, clip] only, and to the clip what lies above it and the rounding error", () => {
    const dy = Float32Array.from(x, () => draws.normal());
    const [dx, dc] = tf.grads((x: tf.Tensor, c: tf.Tensor) => quantizeActivations(x, c, bits))(
      [tf.tensor1d(x), tf.scalar(CLIP)],
      tf.tensor1d(dy),
    );
    const value = activationValues(activationCodes(x, CLIP, bits), CLIP, bits);
    const expectedDx = dy.map((d, i) => (x[i]! >= 0 && x[i]! <= CLIP ? d : 0));
    expect(dx!.dataSync().map((d) => d + 0)).toEqual(expectedDx.map((d) => d + 0));
    const slope = (i: number) => (x[i]! < 0 ? 0 : x[i]! > CLIP ? 1 : (value[i]! - x[i]!) / CLIP);
    expect(dc!.dataSync()[0]).toBeCloseTo(
      dy.reduce((sum, d, i) => sum + d * slope(i), 0),
      1,
    );
  });
});

describe("the sign of a clip", () => {
  it("does not change values, and turns the clip's gradient around", () => {
    const x = tf.tensor1d([-1, -0.2, 0.1, 0.4, 2]);
    for (const quantize of [quantizeWeights, quantizeActivations]) {
      const at = (clip: number) =>
        tf.valueAndGrads((x: tf.Tensor, c: tf.Tensor) => tf.sum(quantize(x, c, 4)))([x, tf.scalar(clip)]);
      const [plus, minus] = [at(0.5), at(-0.5)];
      expect(minus.value.dataSync()).toEqual(plus.value.dataSync());
      expect(minus.grads[1]!.dataSync()[0]).toBe(-plus.grads[1]!.dataSync()[0]!);
    }
  });
});

it("bits outside 1 to 8 are refused by name", () => {
  expect(() => quantizeWeights(tf.scalar(1), tf.scalar(1), 9)).toThrow(
    "bits must be an integer from 1 to 8, got 9",
  );
  expect(() => quantizeActivations(tf.scalar(1), tf.scalar(1), 0)).toThrow(
    "bits must be an integer from 1 to 8, got 0",
  );
});

it("a quantizer of bits by layer is each layer's own, and knows no other layer", () => {
  const mixed = weightQuantizer(
    new Map([
      ["end", 8],
      ["inner", 2],
    ]),
  );
  const latent = Float32Array.of(-0.9, -0.2, 0.1, 0.7);
  for (const [layer, bits] of [
    ["end", 8],
    ["inner", 2],
  ] as const)
    expect(mixed.value(latent, 0.8, layer)).toEqual(weightQuantizer(bits).value(latent, 0.8));
  expect(() => mixed.value(latent, 0.8, "fc")).toThrow("layer must be one of end, inner, got fc");
  expect(() => mixed.value(latent, 0.8)).toThrow("got none");
  expect(() => weightQuantizer(new Map([["end", 9]]))).toThrow("bits must be an integer from 1 to 8, got 9");
});
