import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { loadBackend } from "../../src/backend/index.js";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../src/checkpoints/index.js";
import { lenet5 } from "../../src/models/index.js";
import { type TrainingData, type TrainingJob, train } from "../../src/training/index.js";
import { squares, tinyStudy } from "../support/study.js";

const study = tinyStudy();
const dataset = squares(700);
const data: TrainingData = {
  dataset,
  train: Uint32Array.from({ length: 500 }, (_, i) => i),
  validation: Uint32Array.from({ length: 200 }, (_, i) => 500 + i),
};
const origin = {
  study: "test",
  profile: "tiny",
  model: "lenet5",
  seed: 0,
  threshold: 0,
  config: "c",
  backend: {},
};
const floatJob: TrainingJob = {
  model: lenet5,
  origin: { ...origin, arm: "float", bits: null },
  settings: { ...study.float, learningRate: 0.02 },
  sparsification: { kind: "none" },
  gradient: { rule: "conventional" },
  start: undefined,
};
let start: Checkpoint;
const armJob = (changes: Partial<TrainingJob> = {}): TrainingJob => ({
  ...floatJob,
  origin: { ...origin, arm: "as-saq", bits: study.bits },
  settings: study.quantized,
  sparsification: { kind: "l1", alpha: 1e-4 },
  gradient: { rule: "saq", rho: 0.1 },
  start,
  ...changes,
});

beforeAll(async () => {
  await loadBackend();
  start = await train(floatJob, data);
});

describe("training", () => {
  it("learns: the float network classifies squares it has not seen", () => {
    expect(start.origin.curve.at(-1)!.validationAccuracy).toBeGreaterThan(0.9);
  });

  it("gives the same bytes when it is run again", async () => {
    expect(encodeCheckpoint(await train(floatJob, data))).toEqual(encodeCheckpoint(start));
  });

  it("resumed at any epoch boundary gives the bytes of an uninterrupted run, SAQ and L1 included", async () => {
    const states: Uint8Array[] = [];
    const whole = await train(armJob(), data, { onEpoch: (state) => states.push(encodeCheckpoint(state)) });
    expect(states.length).toBe(2);
    for (const bytes of states) {
      const resumed = await train(armJob(), data, { resume: decodeCheckpoint(bytes, "state") });
      expect(encodeCheckpoint(resumed)).toEqual(encodeCheckpoint(whole));
    }
    expect(whole.origin.curve.map(({ phase, epoch }) => `${phase} ${epoch}`)).toEqual([
      "float 1",
      "float 2",
      "quantized 1",
      "quantized 2",
      "quantized 3",
    ]);
  });

  it("sees the same batches in every arm of a seed: with FATReLU at threshold 0 it is the standard arm, bit for bit", async () => {
    const plain = armJob({ sparsification: { kind: "none" }, gradient: { rule: "conventional" } });
    const fatrelu = armJob({
      sparsification: { kind: "fatrelu", threshold: 0 },
      gradient: { rule: "conventional" },
    });
    const [a, b] = [await train(plain, data), await train(fatrelu, data)];
    expect(a.parameters["fc1.weight"]!.data).toEqual(b.parameters["fc1.weight"]!.data);
  });

  it("frees every tensor it makes", async () => {
    const before = tf.memory().numTensors;
    await train(armJob(), data);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("can be ended by a signal", async () => {
    const stop = new AbortController();
    const running = train(armJob(), data, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(running).rejects.toThrow("enough");
  });
});

describe("a failed training", () => {
  it("by a loss that is not finite names epoch, arm and the first broken parameter", async () => {
    const job = { ...floatJob, settings: { ...study.float, learningRate: 1e30 } };
    await expect(train(job, data)).rejects.toThrow(
      /the loss is no longer finite in epoch 1 of arm float; .*conv1\.weight/s,
    );
  });

  it("by a collapsed clip names the clip, epoch, arm, and where it started", async () => {
    const start2 = structuredClone(start);
    start2.parameters["fc2.weight"]!.data.fill(0); // a clip of 0.8 max|w| = 0
    start2.parameters["fc2.weight"]!.data[0] = 1e-30;
    const job = armJob({ start: start2, settings: { ...study.quantized, learningRate: 0.05 } });
    await expect(train(job, data)).rejects.toThrow(
      /(fc2\.weight_clip|clip .*) has collapsed in epoch 1 of arm as-saq/,
    );
  });
});
