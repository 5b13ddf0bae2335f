import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import type { Stream } from "../../src/base/random/index.js";

/** A tensor of keyed standard normal numbers. */
export function normalTensor(stream: Stream, shape: readonly number[]): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => stream.normal()),
    [...shape],
  );
}

/** Fails unless the shapes are equal and no element differs by more than `tolerance`. */
export function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const a = actual.dataSync();
  const b = expected.dataSync();
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

/** The only value of a scalar. */
export function scalarOf(x: tf.Tensor): number {
  return x.dataSync()[0]!;
}
