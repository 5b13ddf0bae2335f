import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { scalar } from "../../src/base/arrays.js";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  networkHash,
} from "../../src/networks/checkpoints/index.js";
import { lenet5 } from "../../src/networks/index.js";
import { decays } from "../../src/networks/parameters.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { batchAt } from "../../src/tensors/batches.js";
import { checkTraining } from "../../src/training/health.js";
import { type TrainingData, type TrainingJob, train } from "../../src/training/index.js";
import { addClips, initialPoint } from "../../src/training/start.js";
import { colours, residualNet } from "../support/residual.js";
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
  settingsHash: "c",
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

  it("resumed gives the same bytes with RandBET's flips and observed ranges too", async () => {
    const job = armJob({ gradient: { rule: "randbet", rate: 0.01 }, clips: { rule: "observed" } });
    const states: Uint8Array[] = [];
    const whole = await train(job, data, { onEpoch: (state) => states.push(encodeCheckpoint(state)) });
    const resumed = await train(job, data, { resume: decodeCheckpoint(states[0]!, "state") });
    expect(encodeCheckpoint(resumed)).toEqual(encodeCheckpoint(whole));
  });

  it("sees the same batches in every arm of a seed: with FATReLU at threshold 0 it is the standard arm, bit for bit", async () => {
    const plain = armJob({ sparsification: { kind: "none" }, gradient: { rule: "conventional" } });
    const fatrelu = armJob({
      origin: { ...origin, arm: "another", bits: study.bits },
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

  it("from a float network with a dead layer does not begin, and names the clip and the arm", async () => {
    const dead = structuredClone(start);
    dead.parameters["fc2.weight"]!.data.fill(0);
    await expect(train(armJob({ start: dead }), data)).rejects.toThrow(
      "arm as-saq cannot begin: the clip fc2.weight_clip",
    );
  });

  it("by a clip below a thousandth of its start names the clip, epoch and arm; the clip's sign does not count", () => {
    const check = (clip: number) => () =>
      checkTraining({
        state: { parameters: { "fc2.weight_clip": scalar(clip) }, velocity: {} },
        loss: 1,
        initialClips: { "fc2.weight_clip": 1 },
        arm: "as-saq",
        epoch: 3,
        step: 41,
      });
    expect(check(0.0009)).toThrow(
      "the clip fc2.weight_clip has collapsed in epoch 3 of arm as-saq: 0.000900, from 1.00 at the start",
    );
    expect(check(0)).toThrow("has collapsed");
    expect(check(0.0011)).not.toThrow();
    expect(check(-0.5)).not.toThrow();
  });
});

describe("clips that are learned relative to their start", () => {
  it("fail when they change their sign, which else does not count", () => {
    const check = (keepsSigns: boolean) => () =>
      checkTraining({
        state: { parameters: { "fc2.weight_clip": scalar(-0.5) }, velocity: {} },
        loss: 1,
        initialClips: { "fc2.weight_clip": 1 },
        keepsSigns,
        arm: "standard",
        epoch: 2,
        step: 7,
      });
    expect(check(true)).toThrow(
      "the clip fc2.weight_clip has changed its sign in epoch 2 of arm standard: -0.500, from 1.00 at the start",
    );
    expect(check(false)).not.toThrow();
  });

  it("end a training at the step in which one turns", async () => {
    const settings = { ...study.quantized, learningRate: 0.01, clipRates: { weights: 1e5, activations: 1 } };
    await expect(train(armJob({ settings }), data)).rejects.toThrow(
      /weight_clip has (changed its sign|collapsed)/,
    );
  });
});

describe("a second quantized phase", () => {
  it("goes on with the clips and weights of the first, counts its epochs on, and deals other batches than the first did", async () => {
    const first = await train(armJob({ gradient: { rule: "conventional" } }), data);
    const still = { ...study.quantized, epochs: 1, learningRate: 1e-30 };
    const second = await train(armJob({ start: first, settings: still }), data);
    expect(second.parameters).toEqual(first.parameters);
    expect(second.origin).toMatchObject({ epoch: 4, start: networkHash(first) });
    expect(second.origin.curve.map(({ epoch }) => epoch)).toEqual([1, 2, 1, 2, 3, 4]);
  });

  it("resumed gives the bytes of an uninterrupted run", async () => {
    const first = await train(armJob({ gradient: { rule: "conventional" } }), data);
    const job = armJob({ start: first, settings: { ...study.quantized, epochs: 2 } });
    const states: Checkpoint[] = [];
    const whole = await train(job, data, { onEpoch: (state) => states.push(state) });
    expect(states.map(({ origin }) => origin.epoch)).toEqual([4]);
    expect(encodeCheckpoint(await train(job, data, { resume: states[0] }))).toEqual(encodeCheckpoint(whole));
  });
});

it("settings of batch norm are refused for a network that has none", async () => {
  const stored = armJob({ gradient: { rule: "saq", rho: 0.1, statistics: "stored" } });
  await expect(train(stored, data)).rejects.toThrow(
    "statistics is of batch norm, which model lenet5 has not; got stored: leave it out",
  );
  const share = armJob({ settings: { ...study.quantized, statisticsShare: 0.1 } });
  await expect(train(share, data)).rejects.toThrow("settings.statisticsShare is of batch norm");
});

describe("a network with batch norm", () => {
  const images = colours(400);
  const coloured: TrainingData = {
    dataset: images,
    train: Uint32Array.from({ length: 320 }, (_, i) => i),
    validation: Uint32Array.from({ length: 80 }, (_, i) => 320 + i),
  };
  const settings = {
    ...study.float,
    batch: 16,
    epochs: 8,
    learningRate: 0.1,
    rise: 1,
    augmentation: { crop: 1, flip: false },
  };
  const floatNet = () =>
    train(
      { ...floatJob, model: residualNet, settings, origin: { ...floatJob.origin, model: residualNet.name } },
      coloured,
    );
  const arm = (start: Checkpoint, changes: Partial<TrainingJob> = {}): TrainingJob => ({
    ...armJob({ start }),
    model: residualNet,
    sparsification: { kind: "none" },
    gradient: { rule: "conventional" },
    settings: {
      ...settings,
      rise: 0,
      epochs: 2,
      learningRate: 0.01,
      clipRates: { weights: 10, activations: 1 },
    },
    ...changes,
  });

  it("learns through both of its phases, on varied images, and is deployed with its running statistics", async () => {
    const float = await floatNet();
    expect(float.origin.curve.at(-1)!.validationAccuracy).toBeGreaterThan(0.7);
    const quantized = await train(arm(float), coloured);
    expect(quantized.origin.curve.at(-1)!.validationAccuracy).toBeGreaterThan(0.6);
    const gentle = { ...arm(float).settings, epochs: 1, learningRate: 1e-3 };
    const gradient = { rule: "saq", rho: 0.05, statistics: "stored" } as const;
    const flat = await train(arm(quantized, { settings: gentle, gradient }), coloured);
    expect(flat.origin.curve.at(-1)!.validationAccuracy).toBeGreaterThan(0.6);
  });

  it("resumed gives the bytes of an uninterrupted run, running statistics and varied images included", async () => {
    const float = await floatNet();
    const states: Uint8Array[] = [];
    const whole = await train(arm(float), coloured, {
      onEpoch: (state) => states.push(encodeCheckpoint(state)),
    });
    const resumed = await train(arm(float), coloured, { resume: decodeCheckpoint(states[0]!, "state") });
    expect(encodeCheckpoint(resumed)).toEqual(encodeCheckpoint(whole));
  });

  it("sees the same varied images in every arm of a seed: with FATReLU at threshold 0 it is the standard arm", async () => {
    const float = await floatNet();
    const fatrelu = arm(float, {
      origin: { ...arm(float).origin, arm: "another" },
      sparsification: { kind: "fatrelu", threshold: 0 },
    });
    const [a, b] = [await train(arm(float), coloured), await train(fatrelu, coloured)];
    expect(b.parameters["conv1.weight"]).toEqual(a.parameters["conv1.weight"]);
    const { augmentation: _, ...unvaried } = arm(float).settings;
    const plain = await train(arm(float, { settings: unvaried }), coloured);
    expect(plain.parameters["conv1.weight"]).not.toEqual(a.parameters["conv1.weight"]);
  });
});

it("weight decay is for conv and linear weights alone", () => {
  expect(Object.keys(start.parameters).filter(decays)).toEqual(
    ["conv1", "conv2", "fc1", "fc2", "fc3"].map((layer) => `${layer}.weight`),
  );
  expect(decays("fc1.bias") || decays("fc1.weight_clip") || decays("act1.clip")).toBe(false);
});

it("quantized training starts from clips at 0.8 of the largest magnitude", () => {
  const images = batchAt(dataset, data.train.subarray(0, 32), 10).images;
  const point = addClips(lenet5, initialPoint(lenet5, "test", 0), images, { kind: "none" });
  for (const [name, { data: weights }] of Object.entries(point.weights)) {
    const largest = Math.max(...weights.map(Math.abs));
    expect(point.weightClips[name]!.data[0]).toBeCloseTo(0.8 * largest, 6);
  }
  expect(Object.keys(point.rest).filter((name) => name.endsWith(".clip"))).toEqual([
    "act1.clip",
    "act2.clip",
    "act3.clip",
    "act4.clip",
  ]);
});
