import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Arrays } from "../../src/base/arrays.js";
import { lenet5 } from "../../src/networks/index.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { batchAt } from "../../src/tensors/batches.js";
import { batchLoss, tensorLoss } from "../../src/training/index.js";
import { addClips, initialPoint } from "../../src/training/start.js";
import { squares } from "../support/study.js";

beforeAll(async () => {
  await loadBackend();
});

const batch = () =>
  batchAt(
    squares(16),
    Uint32Array.from({ length: 16 }, (_, i) => i),
    10,
  );

describe("tensorLoss()", () => {
  it("gives loss and gradient of a function on tensors, by name and shape", () => {
    const lossGradient = tensorLoss(
      ({ w }, { b }) => tf.sum(tf.add(tf.square(w!), tf.mul(b!, 3))) as tf.Scalar,
    );
    const { loss, weights, rest } = lossGradient(
      { w: { shape: [1, 2], data: Float32Array.of(2, -1) } },
      { b: { shape: [2], data: Float32Array.of(1, 10) } },
      "first",
    );
    expect(loss).toBe(4 + 3 + 1 + 30);
    expect(weights["w"]).toEqual({ shape: [1, 2], data: Float32Array.of(4, -2) });
    expect(rest["b"]).toEqual({ shape: [2], data: Float32Array.of(3, 3) });
  });

  it("frees every tensor it makes", () => {
    const data = batch();
    const point = addClips(lenet5, initialPoint(lenet5, "test", 0), data.images, { kind: "none" });
    const lossGradient = tensorLoss(
      batchLoss(lenet5, data, { activationBits: 4, sparsification: { kind: "l1", alpha: 0.001 } }),
    );
    const before = tf.memory().numTensors;
    lossGradient(point.weights, point.rest, "first");
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("the loss of LeNet-5", () => {
  const directional = (sparsification: Parameters<typeof batchLoss>[2]["sparsification"]) => {
    const data = batch();
    const point = initialPoint(lenet5, "test", 1);
    const lossGradient = tensorLoss(batchLoss(lenet5, data, { activationBits: undefined, sparsification }));
    const at = (h: number): Arrays => ({
      ...point.weights,
      fc2: { ...point.weights["fc2"]!, data: point.weights["fc2"]!.data.map((w, i) => w + h * Math.sin(i)) },
    });
    const h = 1e-3;
    const loss = (weights: Arrays) => lossGradient(weights, point.rest, "first").loss;
    const slope = lossGradient(point.weights, point.rest, "first").weights["fc2"]!.data.reduce(
      (sum, g, i) => sum + g * Math.sin(i),
      0,
    );
    return { slope, difference: (loss(at(h)) - loss(at(-h))) / (2 * h) };
  };

  it.each([[{ kind: "none" }], [{ kind: "l1", alpha: 0.01 }], [{ kind: "hoyer", alpha: 0.01 }]] as const)(
    "has the slope of its finite differences with %j",
    (sparsification) => {
      const { slope, difference } = directional(sparsification);
      expect(Math.abs(slope - difference)).toBeLessThan(0.02 * Math.abs(difference) + 0.01);
    },
  );

  it("grows by alpha times the penalty", () => {
    const data = batch();
    const point = initialPoint(lenet5, "test", 1);
    const loss = (alpha: number | undefined) =>
      tensorLoss(
        batchLoss(lenet5, data, {
          activationBits: undefined,
          sparsification: alpha === undefined ? { kind: "none" } : { kind: "l1", alpha },
        }),
      )(point.weights, point.rest, "first").loss;
    const plain = loss(undefined);
    const penalty = (loss(1e-3) - plain) / 1e-3;
    expect(penalty).toBeGreaterThan(10);
    expect(loss(2e-3) - plain).toBeCloseTo(2e-3 * penalty, 3);
  });
});
