import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { loadBackend } from "../../src/backend/index.js";
import { codesOf, type DeployedNetwork } from "../../src/inference/deploy.js";
import { compile } from "../../src/inference/program.js";
import { countThresholds, evaluate, stageInput, stageSums } from "../../src/inference/reference.js";
import { tensorClassifier } from "../../src/inference/tensor.js";
import { lenet5 } from "../../src/models/index.js";
import { weightValues } from "../../src/quantization/index.js";
import { quantizeActivations } from "../../src/quantization/tensor.js";
import { imageTensor } from "../../src/training/batches.js";
import { forward } from "../../src/training/forward.js";
import { randomImages, randomNetwork, tinyResNet } from "../support/integer-networks.js";

beforeAll(async () => {
  await loadBackend();
});

/** Codes, and real numbers in steps, of every activation in TensorFlow's forward pass. */
function tensorCodes(network: DeployedNetwork, images: tf.Tensor4D) {
  const { activations } = network.bits;
  const n = 2 ** activations - 1;
  const weights: Record<string, tf.Tensor> = {};
  const rest: Record<string, tf.Tensor> = {};
  for (const { name, codes, clip, shape, bias } of network.layers) {
    weights[name] = tf.tensor(weightValues(codes, clip, network.bits.weights), [...shape]);
    rest[`${name}.bias`] = tf.tensor1d(bias);
  }
  for (const [name, { gain, offset }] of Object.entries(network.norms ?? {})) {
    rest[`${name}.gain`] = tf.tensor1d(Float32Array.from(gain));
    rest[`${name}.offset`] = tf.tensor1d(Float32Array.from(offset));
  }
  const codes: Record<string, Uint8Array> = {};
  const steps: Record<string, Float32Array> = {};
  forward(network.model, weights, rest, images, (x, node) => {
    const clip = network.activationClips[node]!;
    const value = quantizeActivations(x, tf.scalar(clip), activations);
    codes[node] = Uint8Array.from(value.dataSync(), (a) => Math.round((a / clip) * n));
    steps[node] = Float32Array.from(x.dataSync(), (a) => (a / clip) * n);
    return value;
  });
  return { codes, steps };
}

const COUNT = 20;

/** The part of the i-th image. */
function piece<T extends Uint8Array | Float32Array>(array: T, i: number): T {
  return array.subarray((i * array.length) / COUNT, ((i + 1) * array.length) / COUNT) as T;
}

describe.each([
  ["LeNet-5", lenet5, { weights: 4, activations: 4 }],
  ["LeNet-5 at 8 and 2 bits", lenet5, { weights: 8, activations: 2 }],
  ["a residual network", tinyResNet, { weights: 4, activations: 4 }],
] as const)("%s", (title, model, bits) => {
  const network = randomNetwork(model, `parity ${title}`, { bits });
  const program = compile(network);
  const data = randomImages(COUNT, model.input, "parity");
  const all = Uint32Array.from({ length: COUNT }, (_, i) => i);

  test("gives TensorFlow's codes of every layer fed the same codes, but within 1e-5 of a step from a tie", () => {
    tf.engine().startScope();
    const { codes, steps } = tensorCodes(network, imageTensor(data, all));
    tf.engine().endScope();
    let compared = 0;
    let differing = 0;
    for (const stage of program.stages) {
      const { output } = stage;
      if (output.kind !== "codes") continue;
      for (let i = 0; i < COUNT; i++) {
        const read = piece(stage.reads === "input" ? data.images : codes[stage.reads]!, i);
        const sums = stageSums(stage, codesOf(network)[stage.name]!, stageInput(stage, read));
        const ours = countThresholds(sums, stage.sums[2], output);
        const theirs = piece(codes[output.name]!, i);
        compared += ours.length;
        ours.forEach((code, j) => {
          if (code === theirs[j]) return;
          differing++;
          const x = piece(steps[output.name]!, i)[j]!;
          expect(Math.abs(x - Math.floor(x) - 0.5)).toBeLessThan(1e-5);
        });
      }
    }
    expect(compared).toBeGreaterThan(COUNT * 1000);
    expect(differing).toBeLessThanOrEqual(compared / 10_000);
  });

  test("gives TensorFlow's classes", () => {
    const classifier = tensorClassifier(network, data, all);
    const theirs = classifier.classify(codesOf(network));
    classifier.dispose();
    const ours = all.map((i) => evaluate(program, codesOf(network), piece(data.images, i)).predicted);
    const equal = [...ours].filter((c, i) => c === theirs[i]).length;
    expect(equal).toBeGreaterThanOrEqual(COUNT - 1);
  });
});
