import { beforeAll, describe, expect, test } from "vitest";
import { codesOf } from "../../src/inference/deploy.js";
import { compile } from "../../src/inference/program.js";
import { evaluate } from "../../src/inference/reference.js";
import { tensorClassifier } from "../../src/inference/tensor.js";
import { lenet5 } from "../../src/networks/index.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { randomImages, randomNetwork, tinyResNet } from "../support/integer-networks.js";
import { compareCodes, piece } from "../support/tensor-codes.js";

beforeAll(async () => {
  await loadBackend();
});

const COUNT = 20;

describe.each([
  ["LeNet-5", lenet5, { weights: 4, activations: 4 }],
  ["LeNet-5 at 8 and 2 bits", lenet5, { weights: 8, activations: 2 }],
  ["LeNet-5 at 4 bits, 8 in the first and last layer", lenet5, { weights: 4, activations: 4, ends: 8 }],
  ["a residual network", tinyResNet, { weights: 4, activations: 4 }],
] as const)("%s", (title, model, bits) => {
  const network = randomNetwork(model, `parity ${title}`, { bits });
  const program = compile(network);
  const data = randomImages(COUNT, model.input, "parity");
  const all = Uint32Array.from({ length: COUNT }, (_, i) => i);

  test("gives TensorFlow's codes of every layer fed the same codes, but within 1e-5 of a step from a tie", () => {
    const { compared, differing, furthest } = compareCodes(network, data, all);
    expect(furthest).toBeLessThan(1e-5);
    expect(compared).toBeGreaterThan(COUNT * 1000);
    expect(differing).toBeLessThanOrEqual(compared / 10_000);
  });

  test("gives TensorFlow's classes", () => {
    const classifier = tensorClassifier(network, data, all);
    const theirs = classifier.classify(codesOf(network));
    classifier.dispose();
    const ours = all.map((i) => evaluate(program, codesOf(network), piece(data.images, i, COUNT)).predicted);
    const equal = [...ours].filter((c, i) => c === theirs[i]).length;
    expect(equal).toBeGreaterThanOrEqual(COUNT - 1);
  });
});
