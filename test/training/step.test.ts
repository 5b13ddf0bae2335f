import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deploy } from "../../src/inference/deploy.js";
import type { Checkpoint } from "../../src/networks/checkpoints/index.js";
import { type Bits, lenet5 } from "../../src/networks/index.js";
import { unflatten } from "../../src/networks/parameters.js";
import { weightValues } from "../../src/quantization/index.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import type { Batch } from "../../src/tensors/batches.js";
import { batchAt } from "../../src/tensors/batches.js";
import { batchLoss } from "../../src/training/loss.js";

import { type StepOptions, trainStep } from "../../src/training/step.js";
import { tensorLoss } from "../../src/training/tensor-loss.js";
import { randomCheckpoint } from "../support/network.js";
import { squares } from "../support/study.js";

const { origin, parameters } = randomCheckpoint(lenet5, "step");
const sparsification = { kind: "none" } as const;
const mixed: Bits = { weights: 4, activations: 4, ends: 8 };
let batch: Batch;
beforeAll(async () => {
  await loadBackend();
  const indices = Uint32Array.from({ length: 16 }, (_, i) => i);
  batch = batchAt(squares(16), indices, lenet5.classes);
});
afterAll(() => tf.dispose([batch.images, batch.labels]));

const step = (bits: Bits, gradient: StepOptions["gradient"] = { rule: "conventional" }) => {
  const velocity = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [
      name,
      { shape, data: new Float32Array(data.length) },
    ]),
  );
  return trainStep(lenet5, { parameters, velocity }, batch, {
    bits,
    sparsification,
    gradient,
    learningRate: 0.01,
    momentum: 0.9,
    weightDecay: 0,
    key: ["step"],
  });
};

/** The loss of the weights that a checkpoint's deployed codes stand for. */
function deployedLoss(bits: Bits): number {
  const checkpoint: Checkpoint = { origin: { ...origin, bits }, parameters };
  const weights = Object.fromEntries(
    deploy(lenet5, checkpoint).layers.map(({ name, shape, bits, codes, clip }) => [
      name,
      { shape, data: weightValues(codes, clip, bits) },
    ]),
  );
  const loss = batchLoss(lenet5, batch, { activationBits: bits.activations, sparsification });
  return tensorLoss(loss)(weights, unflatten(lenet5, parameters).rest, "first").loss;
}

describe("a training step with other bits in the first and last layer", () => {
  it("has the loss of the codes that are deployed, to the last bit, which is that of no single width", () => {
    const { loss } = step(mixed);
    expect(loss).toBe(deployedLoss(mixed));
    for (const weights of [4, 8]) expect(loss).not.toBe(deployedLoss({ weights, activations: 4 }));
  });

  it("is the step of single width where the ends have the bits of the others", () => {
    const same = step({ ...mixed, ends: 4 });
    expect(same).toEqual(step({ weights: 4, activations: 4 }));
    expect(step(mixed).state).not.toEqual(same.state);
  });

  it("flips the bits of each layer's own width under RandBET: at a rate that hits none it is the conventional step", () => {
    expect(step(mixed, { rule: "randbet", rate: 1e-12 })).toEqual(step(mixed));
    expect(step(mixed, { rule: "randbet", rate: 0.05 })).not.toEqual(step(mixed));
  });
});
