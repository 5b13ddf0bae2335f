import { beforeAll, describe, expect, it } from "vitest";
import { clipRatios, codesOf, countZeros, deploy, tensorClassifier } from "../../src/inference/index.js";
import { lenet5, weightLayers } from "../../src/networks/index.js";
import { activationCode, weightCode, weightValue } from "../../src/quantization/index.js";
import { measureSparsity } from "../../src/sparsity/index.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { randomCheckpoint } from "../support/network.js";
import { squares } from "../support/study.js";

const checkpoint = randomCheckpoint(lenet5, "deploy");
const network = deploy(lenet5, checkpoint);
const dataset = squares(1030); // more than two batches, the last one partial
const indices = Uint32Array.from({ length: 1030 }, (_, i) => 1029 - i);

beforeAll(async () => {
  await loadBackend();
});

/** LeNet-5 written out in plain loops on float64, as an independent reading of docs/formats.md. */
function plainLenet(image: Uint8Array) {
  let zeros = 0;
  const clip = (name: string) => network.activationClips[name]!;
  const layer = (name: string) => network.layers.find((l) => l.name === name)!;
  const value = (name: string, i: number) => weightValue(layer(name).codes[i]!, layer(name).clip, 4);
  const quantize = (x: number, node: string) => {
    const code = activationCode(Math.fround(x), clip(node), 4);
    if (code === 0) zeros++;
    return (clip(node) * code) / 15;
  };
  const conv = (x: number[], h: number, c: number, name: string, out: number, pad: number) => {
    const size = h + 2 * pad - 4;
    const y: number[] = [];
    for (let r = 0; r < size; r++)
      for (let s = 0; s < size; s++)
        for (let o = 0; o < out; o++) {
          let sum = layer(name).bias[o]!;
          for (let i = 0; i < 5; i++)
            for (let j = 0; j < 5; j++) {
              const [row, column] = [r + i - pad, s + j - pad];
              if (row < 0 || row >= h || column < 0 || column >= h) continue;
              for (let k = 0; k < c; k++)
                sum += x[(row * h + column) * c + k]! * value(name, ((i * 5 + j) * c + k) * out + o);
            }
          y.push(sum);
        }
    return { y, size };
  };
  const pool = ({ y, size }: { y: number[]; size: number }, c: number, node: string) => {
    const half = size / 2;
    return Array.from({ length: half * half * c }, (_, i) => {
      const [k, column, row] = [i % c, Math.floor(i / c) % half, Math.floor(i / c / half)];
      const at = (dr: number, dc: number) => y[((2 * row + dr) * size + 2 * column + dc) * c + k]!;
      return quantize(Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1)), node);
    });
  };
  const linear = (x: number[], name: string, out: number) =>
    Array.from({ length: out }, (_, o) =>
      x.reduce((sum, v, i) => sum + v * value(name, i * out + o), layer(name).bias[o]!),
    );
  let x = pool(
    conv(
      Array.from(image, (p) => p / 255),
      28,
      1,
      "conv1",
      6,
      2,
    ),
    6,
    "act1",
  );
  x = pool(conv(x, 14, 6, "conv2", 16, 0), 16, "act2");
  x = linear(x, "fc1", 120).map((v) => quantize(v, "act3"));
  x = linear(x, "fc2", 84).map((v) => quantize(v, "act4"));
  const logits = linear(x, "fc3", 10);
  return { class: logits.indexOf(Math.max(...logits)), zeros };
}

describe("deploy()", () => {
  it("gives the codes of the typed-array grid on the latent weights", () => {
    for (const { name, codes, clip } of network.layers) {
      const latent = checkpoint.parameters[`${name}.weight`]!.data;
      for (const i of [0, 1, codes.length - 1]) expect(codes[i]).toBe(weightCode(latent[i]!, clip, 4));
    }
  });

  it("refuses a checkpoint that lacks a tensor, has one of another shape, or is a float network", () => {
    const { "fc1.bias": _, ...without } = checkpoint.parameters;
    expect(() => deploy(lenet5, { ...checkpoint, parameters: without })).toThrow("lacks the tensor fc1.bias");
    const reshaped = { ...checkpoint.parameters, "fc1.bias": { shape: [2], data: new Float32Array(2) } };
    expect(() => deploy(lenet5, { ...checkpoint, parameters: reshaped })).toThrow(
      "fc1.bias must have the shape [120], got [2]",
    );
    const float = { ...checkpoint, origin: { ...checkpoint.origin, bits: null, arm: "float" } };
    expect(() => deploy(lenet5, float)).toThrow("arm float is a float network");
  });
});

describe("tensorClassifier()", () => {
  it("predicts what LeNet-5 in plain loops predicts, in the order of the indices, over batch boundaries", () => {
    const classifier = tensorClassifier(network, dataset, indices);
    const classes = classifier.classify(codesOf(network));
    classifier.dispose();
    expect(new Set(classes).size).toBeGreaterThan(1);
    for (const i of [0, 1, 499, 500, 999, 1000, 1029]) {
      const from = indices[i]! * 784;
      expect(classes[i]).toBe(plainLenet(dataset.images.subarray(from, from + 784)).class);
    }
  });

  it("sees a changed code", () => {
    const classifier = tensorClassifier(network, dataset, indices.subarray(0, 100));
    const codes = codesOf(network);
    const dead = { ...codes, fc3: codes["fc3"]!.map((q, i) => (i % 10 === 7 ? 15 : Math.min(q, 7))) };
    expect(new Set(classifier.classify(dead))).toEqual(new Set([7]));
    expect(new Set(classifier.classify(codes)).size).toBeGreaterThan(1);
    classifier.dispose();
  });
});

describe("what is told of a network", () => {
  it("counts the zero codes that plain loops count", () => {
    const few = indices.subarray(0, 3);
    const { total } = measureSparsity(lenet5, countZeros(network, dataset, few), 3);
    const counted = Array.from(few, (i) => plainLenet(dataset.images.subarray(i * 784, (i + 1) * 784)).zeros);
    expect(total).toBeCloseTo(counted.reduce((a, b) => a + b, 0) / (3 * 1780), 12);
  });

  it("gives c/sd per layer, and in all weighted by the number of weights", () => {
    const ratios = clipRatios(network, checkpoint);
    const layers = weightLayers(lenet5);
    for (const { name } of layers) expect(ratios.byLayer[name]).toBeGreaterThan(2);
    for (const { name } of layers) expect(ratios.byLayer[name]).toBeLessThan(3.3);
    const scaled = structuredClone(checkpoint);
    for (const { name } of layers) scaled.parameters[`${name}.weight_clip`]!.data[0]! *= 2;
    expect(clipRatios(deploy(lenet5, scaled), scaled).total).toBeCloseTo(2 * ratios.total, 6);
  });
});
