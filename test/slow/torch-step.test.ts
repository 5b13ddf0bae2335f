/** One training step against PyTorch: batch norm by either statistics, residual sums, straight-through grids, SAQ. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Arrays, mapArrays } from "../../src/base/arrays.js";
import { stream } from "../../src/base/random/index.js";
import type { ImageDataset } from "../../src/datasets/index.js";
import { resnet18 } from "../../src/networks/index.js";
import type { Model } from "../../src/networks/model.js";
import { flatten, idleBiases } from "../../src/networks/parameters.js";
import { fromTensors } from "../../src/tensors/arrays.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { batchAt } from "../../src/tensors/batches.js";
import { relativeRates } from "../../src/training/clip-rules.js";
import type { GradientRule } from "../../src/training/gradients/rules.js";
import { clipValues } from "../../src/training/health.js";
import { addClips, initialPoint, initialStatistics } from "../../src/training/start.js";
import { trainStep } from "../../src/training/step.js";
import { temporaryFolder } from "../support/cli.js";
import { pythonWith } from "../support/python.js";
import { colours, residualNet } from "../support/residual.js";

const SHARE = 0.1;
const environment = mkdtempSync(join(tmpdir(), "flatenn-torch-"));
afterAll(() => rmSync(environment, { recursive: true }));
let python: (args: readonly string[]) => string;
beforeAll(async () => {
  await loadBackend();
  // PyTorch at its own speed: a process inherits what loadBackend sets
  for (const name of Object.keys(process.env)) if (/^(ONEDNN|TF)_/.test(name)) delete process.env[name];
  python = pythonWith(environment, "numpy", "torch");
});

/** Keyed images of 32 x 32. */
function noise(count: number): ImageDataset {
  const draws = stream("test", "torch-step");
  const images = Uint8Array.from({ length: count * 3072 }, () => draws.integer(256));
  const labels = Uint8Array.from({ length: count }, () => draws.integer(10));
  return { images, labels, count, height: 32, width: 32, channels: 3 };
}

interface Case {
  readonly title: string;
  readonly model: Model;
  readonly data: ImageDataset;
  readonly bits: number | null;
  readonly gradient: GradientRule;
}

const narrow = resnet18({ width: 16 });
const cases: Case[] = [
  { title: "float ResNet-18", model: narrow, data: noise(8), bits: null, gradient: { rule: "conventional" } },
  {
    title: "float ResNet-18 by stored statistics",
    model: narrow,
    data: noise(8),
    bits: null,
    gradient: { rule: "conventional", statistics: "stored" },
  },
  { title: "W4A4", model: residualNet, data: colours(12), bits: 4, gradient: { rule: "conventional" } },
  {
    title: "W4A4 with SAQ",
    model: residualNet,
    data: colours(12),
    bits: 4,
    gradient: { rule: "saq", rho: 0.1 },
  },
  {
    title: "W4A4 with SAQ by stored statistics",
    model: residualNet,
    data: colours(12),
    bits: 4,
    gradient: { rule: "saq", rho: 0.1, statistics: "stored" },
  },
];

it.each(cases)(
  "a step of $title changes every parameter as PyTorch does, to 1e-4 of the change",
  ({ model, data, bits, gradient }) => {
    const statistics = mapArrays(initialStatistics(model), (values, name) => {
      const draws = stream("test", "statistics", name);
      return values.map(() => (name.endsWith(".mean") ? 0.1 * draws.normal() : 0.5 + draws.uniform()));
    });
    const indices = Uint32Array.from({ length: data.count }, (_, i) => i);
    const batch = batchAt(data, indices, 10);
    const point = initialPoint(model, "torch", 0);
    const parameters: Arrays = {
      ...flatten(bits ? addClips(model, point, batch.images, { kind: "none" }, { statistics }) : point),
      ...statistics,
    };
    const rateFactors = relativeRates(clipValues(parameters), { weights: 10, activations: 1 });
    const options = { learningRate: 0.02, momentum: 0.9, weightDecay: 5e-4 };
    const velocity = mapArrays(parameters, (x) => new Float32Array(x.length));
    const next = trainStep(model, { parameters, velocity }, batch, {
      ...options,
      bits: bits ? { weights: bits, activations: bits } : undefined,
      sparsification: { kind: "none" },
      gradient,
      rateFactors,
      statisticsShare: SHARE,
    });

    const sent: Arrays = { ...parameters, ...fromTensors({ images: batch.images, labels: batch.labels }) };
    tf.dispose([batch.images, batch.labels]);
    const idle = idleBiases(model);
    const isTrained = (name: string) => !idle.has(name) && !/\.(mean|variance)$/.test(name);
    let at = 0;
    const arrays = Object.entries(sent).map(([name, { shape, data }]) => {
      const from = at;
      at += data.length;
      return [name, { shape, from }] as const;
    });
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, "job.json"),
      JSON.stringify({
        nodes: model.nodes,
        arrays: Object.fromEntries(arrays),
        trained: Object.keys(parameters).filter(isTrained),
        bits,
        share: SHARE,
        rateFactors,
        statistics: ("statistics" in gradient && gradient.statistics) || "batch",
        rho: "rho" in gradient ? gradient.rho : null,
        ...options,
      }),
    );
    writeFileSync(
      join(folder, "in.bin"),
      Buffer.concat(Object.values(sent).map(({ data }) => Buffer.from(data.slice().buffer))),
    );
    python(["test/slow/torch-step.py", folder]);
    const file = readFileSync(join(folder, "out.bin"));
    const theirs = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
    expect(Math.abs(next.loss - theirs[0]!) / theirs[0]!).toBeLessThan(1e-5);

    let from = 1;
    for (const [name, { data: before }] of Object.entries(parameters)) {
      const [own, other] = [next.state.parameters[name]!.data, theirs.subarray(from, from + before.length)];
      from += before.length;
      let [difference, change, size] = [0, 0, 0];
      for (let i = 0; i < before.length; i++) {
        difference += (own[i]! - other[i]!) ** 2;
        change += (other[i]! - before[i]!) ** 2;
        size += before[i]! ** 2;
      }
      if (idle.has(name)) expect([difference, change], name).toEqual([0, 0]);
      else expect(change, name).toBeGreaterThan(0);
      // a parameter is rounded to float32, which a small change of a large one cannot be better than
      expect(Math.sqrt(difference), name).toBeLessThanOrEqual(
        1e-4 * Math.sqrt(change) + 1e-7 * Math.sqrt(size),
      );
    }
    expect(from).toBe(theirs.length);
  },
);
