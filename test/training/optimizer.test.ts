import { describe, expect, it } from "vitest";
import { type Array32, scalar } from "../../src/base/arrays.js";
import { epochBatches } from "../../src/tensors/batches.js";
import { relativeRates } from "../../src/training/clip-rules.js";
import { cosineSchedule, nesterovStep } from "../../src/training/index.js";
import { oneCycleSchedule } from "../../src/training/optimizer.js";

describe("nesterovStep()", () => {
  it("follows v' = m v + g, w' = w - lr (g + m v') with weight decay in g, over many steps", () => {
    const [lr, m, decay] = [0.1, 0.9, 0.01];
    let [w, v] = [2, 0];
    let state = { parameters: { w: scalar(2) }, velocity: { w: scalar(0) } };
    for (let i = 0; i < 20; i++) {
      const slope = Math.cos(i);
      const g = slope + decay * w;
      v = m * v + g;
      w -= lr * (g + m * v);
      const next = nesterovStep(
        state,
        { w: scalar(slope) },
        { learningRate: lr, momentum: m, weightDecay: () => decay },
      );
      state = next as typeof state;
    }
    expect(state.parameters.w.data[0]).toBeCloseTo(w, 4);
    expect(state.velocity.w.data[0]).toBeCloseTo(v, 4);
  });

  it("without momentum, decay and gradient changes no bit", () => {
    const w: Array32 = { shape: [2], data: Float32Array.of(0.1, -3) };
    const zero: Array32 = { shape: [2], data: new Float32Array(2) };
    const state = { parameters: { w }, velocity: { w: zero } };
    const next = nesterovStep(state, { w: zero }, { learningRate: 1, momentum: 0, weightDecay: () => 0 });
    expect(next.parameters["w"]).toEqual(w);
  });
});

describe("clips relative to their start", () => {
  it("move as s does where s is learned in c = s c_0, momentum included: raw clips of another size do not", () => {
    const [lr, m, start, factor] = [0.05, 0.9, 0.1, 10];
    const slopeAt = (c: number, i: number) => Math.sin(3 * c) + Math.cos(i); // dL/dc
    const rates = relativeRates(
      { "fc.weight_clip": start, "act.clip": 5 },
      { weights: factor, activations: 1 },
    );
    expect(rates).toEqual({ "fc.weight_clip": factor * start ** 2, "act.clip": 25 });
    let [s, v] = [1, 0];
    let state = {
      parameters: { "fc.weight_clip": scalar(start) },
      velocity: { "fc.weight_clip": scalar(0) },
    };
    for (let i = 0; i < 20; i++) {
      const g = start * slopeAt(s * start, i);
      v = m * v + g;
      s -= lr * factor * (g + m * v);
      const slope = slopeAt(state.parameters["fc.weight_clip"].data[0]!, i);
      state = nesterovStep(
        state,
        { "fc.weight_clip": scalar(slope) },
        { learningRate: lr, momentum: m, weightDecay: () => 0, rateFactor: (name) => rates[name]! },
      ) as typeof state;
    }
    expect(state.parameters["fc.weight_clip"].data[0]! / start).toBeCloseTo(s, 4);
    expect(Math.abs(s - 1)).toBeGreaterThan(0.01);
  });
});

describe("oneCycleSchedule()", () => {
  it("climbs in equal steps to its peak, then is half a cosine over what is left", () => {
    const rates = Array.from({ length: 12 }, (_, step) =>
      oneCycleSchedule(0.1, step, { rise: 3, steps: 12 }),
    );
    for (const [i, rate] of [0.025, 0.05, 0.075, 0.1].entries()) expect(rates[i]).toBeCloseTo(rate, 12);
    for (let step = 3; step < 12; step++) expect(rates[step]).toBe(cosineSchedule(0.1, step - 3, 9));
  });

  it("without a rise is the cosine schedule, bit for bit", () => {
    for (let step = 0; step < 100; step++)
      expect(oneCycleSchedule(0.05, step, { rise: 0, steps: 100 })).toBe(cosineSchedule(0.05, step, 100));
  });
});

describe("cosineSchedule()", () => {
  it("starts at its peak, is half of it half-way, and ends near 0", () => {
    expect(cosineSchedule(0.05, 0, 100)).toBe(0.05);
    expect(cosineSchedule(0.05, 50, 100)).toBeCloseTo(0.025, 12);
    expect(cosineSchedule(0.05, 100, 100)).toBeCloseTo(0, 12);
  });
});

describe("epochBatches()", () => {
  const pool = Uint32Array.from({ length: 103 }, (_, i) => 1000 + i);
  const key = { study: "s", phase: "quantized", seed: 1, epoch: 1 };

  it("deals each image at most once and drops the last partial batch", () => {
    const batches = epochBatches(pool, 10, key);
    const dealt = batches.flatMap((batch) => [...batch]);
    expect(batches.length).toBe(10);
    expect(new Set(dealt).size).toBe(100);
    expect(dealt.every((i) => pool.includes(i))).toBe(true);
  });

  it("is another shuffle in another epoch, seed or phase, and the same again for the same key", () => {
    const first = epochBatches(pool, 10, key)[0]!;
    for (const other of [{ epoch: 2 }, { seed: 2 }, { phase: "float" }])
      expect(epochBatches(pool, 10, { ...key, ...other })[0]).not.toEqual(first);
    expect(epochBatches(pool, 10, { ...key })[0]).toEqual(first);
  });

  it.each([0, 104, 1.5])("refuses a batch size of %d", (size) => {
    expect(() => epochBatches(pool, size, key)).toThrow(
      `batch size must be a whole number from 1 to the 103 images there are, got ${size}`,
    );
  });
});
