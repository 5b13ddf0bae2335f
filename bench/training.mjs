/* Training steps of LeNet-5, batch 128, conversion of the batch to tensors included; the pixels are random. */

import * as tf from "@tensorflow/tfjs-core";
import { models } from "../dist/index.js";
import { flatten } from "../dist/networks/parameters.js";
import { batchAt } from "../dist/tensors/batches.js";
import { addClips, initialPoint } from "../dist/training/start.js";
import { trainStep } from "../dist/training/step.js";
import { randomImages } from "./networks.mjs";
import { timed } from "./timed.mjs";

const BATCH = 128;
const W4A4 = { weights: 4, activations: 4 };
const NONE = { kind: "none" };
const model = models.lenet5;

export function trainingCases() {
  return [
    { precision: "float", bits: undefined, gradient: { rule: "conventional" } },
    { precision: "W4A4", bits: W4A4, gradient: { rule: "conventional" } },
    { precision: "W4A4 with SAQ", bits: W4A4, gradient: { rule: "saq", rho: 0.2 } },
  ].map(({ precision, bits, gradient }) => ({
    name: `training LeNet-5, ${precision}`,
    task: { kind: "training", precision },
    items: BATCH,
    unit: "images/s",
    repeats: 20,
    ours: () => timed(steps(bits, gradient)),
  }));
}

function steps(bits, gradient) {
  const data = randomImages(BATCH, model.input);
  const indices = Uint32Array.from({ length: BATCH }, (_, i) => i);
  const options = {
    bits,
    gradient,
    sparsification: NONE,
    learningRate: 1e-4,
    momentum: 0.9,
    weightDecay: 1e-4,
  };
  const point = initialPoint(model, "bench", 0);
  const parameters = flatten(bits ? addClips(model, point, batchAt(data, indices, 10).images, NONE) : point);
  const zeros = Object.entries(parameters).map(([name, { shape, data }]) => [
    name,
    { shape, data: data.map(() => 0) },
  ]);
  let state = { parameters, velocity: Object.fromEntries(zeros) };
  return () => {
    const batch = batchAt(data, indices, model.classes);
    state = trainStep(model, state, batch, options).state;
    tf.dispose([batch.images, batch.labels]);
  };
}
