import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { type Arrays, mapArrays, scalar } from "../../src/base/arrays.js";
import { lenet5, weightLayers } from "../../src/networks/index.js";
import { flatten, unflatten } from "../../src/networks/parameters.js";
import { weightCodes, weightValues } from "../../src/quantization/index.js";
import { toTensors } from "../../src/tensors/arrays.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { batchAt } from "../../src/tensors/batches.js";
import { forward } from "../../src/tensors/forward.js";
import { quantizeActivations } from "../../src/tensors/quantization.js";
import { type ClipRule, clipObserver, startClips } from "../../src/training/clip-rules.js";
import type { GradientRule } from "../../src/training/gradients/rules.js";
import { addClips, initialPoint } from "../../src/training/start.js";
import { trainStep } from "../../src/training/step.js";
import { squares } from "../support/study.js";

beforeAll(async () => {
  await loadBackend();
});

const SIZE = 32;
const dataset = squares(SIZE * 4);
const batchOf = (i: number) =>
  batchAt(
    dataset,
    Uint32Array.from({ length: SIZE }, (_, j) => SIZE * i + j),
    10,
  );
const names = weightLayers(lenet5).map(({ name }) => name);
const scalarsOf = (arrays: Arrays) => mapArrays(arrays, (x) => x.slice());

/** Runs steps of a rule from a keyed network; gives the point before and after each. */
function run(clips: ClipRule, gradient: GradientRule = { rule: "conventional" }, learningRate = 0.01) {
  const share = clips.rule === "observed" ? { share: 1 } : {};
  const { images } = batchOf(0);
  const point = startClips(
    addClips(lenet5, initialPoint(lenet5, "ranges", 0), images, { kind: "none" }, share),
    clips,
  );
  let state = {
    parameters: flatten(point),
    velocity: mapArrays(flatten(point), (x) => new Float32Array(x.length)),
  } as Parameters<typeof trainStep>[1];
  const points = [point];
  const losses: number[] = [];
  for (let i = 0; i < 3; i++) {
    const next = trainStep(lenet5, state, batchOf(i + 1), {
      bits: { weights: 4, activations: 4 },
      sparsification: { kind: "none" },
      gradient,
      learningRate,
      momentum: 0.9,
      weightDecay: 1e-4,
      clips,
      key: ["test", i],
    });
    state = next.state;
    losses.push(next.loss);
    points.push(unflatten(lenet5, state.parameters));
  }
  return { points, losses, state };
}
const clipOf = (clips: Arrays, name: string) => clips[name]!.data[0]!;
const activationClips = (rest: Arrays) =>
  Object.fromEntries(Object.entries(rest).filter(([name]) => name.endsWith(".clip")));
const SAQ: GradientRule = { rule: "saq", rho: 0.1 };

describe("learned ranges", () => {
  it("move every clip", () => {
    const { points } = run({ rule: "learned" });
    for (const name of names)
      expect(clipOf(points[3]!.weightClips, name)).not.toBe(clipOf(points[0]!.weightClips, name));
  });
});

describe("frozen weight clips", () => {
  const clips = Object.fromEntries(names.map((name, i) => [name, scalar(0.1 + 0.05 * i)]));

  it.each([[{ rule: "conventional" } as const], [SAQ]])(
    "stay bit for bit at the given values under %j, while weights and activation clips move",
    (gradient) => {
      const { points } = run({ rule: "frozen", weightClips: clips }, gradient);
      for (const { weightClips } of points) expect(weightClips).toEqual(scalarsOf(clips));
      expect(points[3]!.weights["fc1"]!.data).not.toEqual(points[0]!.weights["fc1"]!.data);
      expect(activationClips(points[3]!.rest)).not.toEqual(activationClips(points[0]!.rest));
    },
  );

  it("that lack a layer are refused by its name", () => {
    const { fc2: _, ...rest } = clips;
    expect(() => run({ rule: "frozen", weightClips: rest })).toThrow("lack the one of layer fc2");
  });
});

describe("clips at tau deviations", () => {
  it("are tau times the root of the mean squared deviation of the float layer, and stay there", () => {
    const { points } = run({ rule: "deviations", tau: 1.5 });
    const float = initialPoint(lenet5, "ranges", 0);
    for (const name of names) {
      const w = Array.from(float.weights[name]!.data);
      const mean = w.reduce((a, b) => a + b) / w.length;
      const sd = Math.sqrt(w.reduce((sum, v) => sum + (v - mean) ** 2, 0) / w.length);
      for (const { weightClips } of points) expect(clipOf(weightClips, name)).toBeCloseTo(1.5 * sd, 6);
    }
  });

  it("project the latent weights at the start and after each step, and leave those inside alone", () => {
    const { points } = run({ rule: "deviations", tau: 1 }, { rule: "conventional" }, 0.05);
    for (const { weights, weightClips } of points)
      for (const name of names) {
        const c = clipOf(weightClips, name);
        const { data } = weights[name]!;
        expect(Math.max(...data.map(Math.abs))).toBe(c);
      }
    const float = initialPoint(lenet5, "ranges", 0).weights["fc1"]!.data;
    const c = clipOf(points[0]!.weightClips, "fc1");
    const expected = float.map((w) => (w > c ? c : w < -c ? -c : w));
    expect(points[0]!.weights["fc1"]!.data).toEqual(expected);
  });
});

describe("observed ranges", () => {
  it("of weights are the largest magnitude at each step", () => {
    for (const gradient of [{ rule: "conventional" }, SAQ] as const)
      for (const { weights, weightClips } of run({ rule: "observed" }, gradient).points)
        for (const name of names)
          expect(clipOf(weightClips, name)).toBe(Math.max(...weights[name]!.data.map(Math.abs)));
  });

  it("of activations move by a hundredth towards the batch maximum, whatever the gradient", () => {
    const [slow, fast] = [run({ rule: "observed" }, SAQ, 1e-9), run({ rule: "observed" }, SAQ, 0.01)];
    // the first step's forward pass, written out: each activation is quantized with the clip that its own batch moved
    const [start] = slow.points;
    const expected: Record<string, number> = {};
    tf.tidy(() => {
      const weights = mapArrays(start!.weights, (w, name) => {
        const c = clipOf(start!.weightClips, name);
        return weightValues(weightCodes(w, c, 4), c, 4);
      });
      forward(lenet5, toTensors(weights), toTensors(start!.rest), batchOf(1).images, (x, node) => {
        const before = clipOf(start!.rest, `${node}.clip`);
        const after = before + 0.01 * (Math.max(...x.dataSync()) - before);
        expected[node] = after;
        return quantizeActivations(x, tf.scalar(after), 4);
      });
    });
    for (const { points } of [slow, fast])
      for (const [node, clip] of Object.entries(expected))
        expect(clipOf(points[1]!.rest, `${node}.clip`)).toBeCloseTo(clip, 5);
  });

  it("never fall below 0 by a batch that activates nothing", () => {
    const observer = clipObserver({ "act1.clip": scalar(2), "conv1.bias": scalar(5) });
    expect(observer.observe("act1.clip", -3)).toBeCloseTo(1.98, 6);
    expect(Object.keys(observer.clips)).toEqual(["act1.clip"]);
  });

  it("have no gradient: clips keep no velocity", () => {
    const { velocity } = run({ rule: "observed" }, SAQ).state;
    for (const [name, { data }] of Object.entries(velocity))
      if (name.includes("clip")) expect(data[0], name).toBe(0);
  });
});

describe("RandBET", () => {
  it("at a rate so small that no bit flips trains as the conventional rule, bit for bit", () => {
    const plain = run({ rule: "learned" });
    const randbet = run({ rule: "learned" }, { rule: "randbet", rate: 1e-12 });
    expect(randbet.state).toEqual(plain.state);
  });

  it("at 1 % differs, reports the clean loss, and is the same when it is run again", () => {
    const [plain, once, again] = [
      run({ rule: "learned" }),
      run({ rule: "learned" }, { rule: "randbet", rate: 0.01 }),
      run({ rule: "learned" }, { rule: "randbet", rate: 0.01 }),
    ];
    expect(once.losses[0]).toBe(plain.losses[0]);
    expect(once.state).not.toEqual(plain.state);
    expect(again.state).toEqual(once.state);
  });
});
