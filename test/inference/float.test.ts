import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import type { Array32 } from "../../src/base/arrays.js";
import { stream } from "../../src/base/random/index.js";
import { normsOf } from "../../src/inference/deploy.js";
import { floatEvaluator } from "../../src/inference/index.js";
import type { Checkpoint } from "../../src/networks/checkpoints/index.js";
import { lenet5, type Model, shapes } from "../../src/networks/index.js";
import { unflatten } from "../../src/networks/parameters.js";
import { toTensors } from "../../src/tensors/arrays.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { imageTensor } from "../../src/tensors/batches.js";
import { forward } from "../../src/tensors/forward.js";

import { randomImages, tinyResNet } from "../support/integer-networks.js";
import { randomCheckpoint } from "../support/network.js";

beforeAll(() => loadBackend());

function withNorms(model: Model, key: string): Checkpoint {
  const checkpoint = randomCheckpoint(model, key);
  const parameters: Record<string, Array32> = { ...checkpoint.parameters };
  for (const { op, name } of model.nodes) {
    if (op !== "batchNorm") continue;
    const draws = stream("test", key, name);
    const channels = shapes(model).get(name)!.at(-1)!;
    for (const [part, shift] of Object.entries({ gamma: 0.5, beta: 0, mean: 0, variance: 0.2 }))
      parameters[`${name}.${part}`] = {
        shape: [channels],
        data: Float32Array.from({ length: channels }, () => shift + draws.uniform()),
      };
  }
  return { ...checkpoint, parameters };
}

test("the float pass on typed arrays gives the logits of the one on tensors, residual sums, strides and batch norm too", () => {
  for (const model of [lenet5, tinyResNet]) {
    const checkpoint = withNorms(model, "float");
    const data = randomImages(3, model.input, "float");
    const evaluate = floatEvaluator(model, checkpoint);
    const size = data.images.length / 3;
    const ours = [0, 1, 2].flatMap((i) => [
      ...evaluate(data.images.subarray(i * size, (i + 1) * size)).get(model.nodes.at(-1)!.name)!,
    ]);
    const theirs = tf.tidy(() => {
      const point = unflatten(model, checkpoint.parameters);
      const norms = Object.entries(normsOf(model, checkpoint)).flatMap(([name, { gain, offset }]) => [
        [`${name}.gain`, tf.tensor1d(Float32Array.from(gain))] as const,
        [`${name}.offset`, tf.tensor1d(Float32Array.from(offset))] as const,
      ]);
      const rest = { ...toTensors(point.rest), ...Object.fromEntries(norms) };
      const images = imageTensor(data, Uint32Array.of(0, 1, 2));
      return forward(model, toTensors(point.weights), rest, images, (x) => tf.relu(x)).dataSync();
    });
    const largest = Math.max(...theirs.map(Math.abs));
    expect(largest).toBeGreaterThan(0.1);
    for (const [i, value] of ours.entries())
      expect(Math.abs(value - theirs[i]!)).toBeLessThan(1e-5 * largest);
  }
});
