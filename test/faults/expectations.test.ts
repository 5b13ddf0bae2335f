import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../../src/base/random/index.js";
import {
  drawFaultMap,
  enumeratedMoments,
  faultModel,
  faultMoments,
  flip,
  flipCoefficient,
  flipMean,
  flipVariance,
  injectFaults,
  relativeSize,
  stuckAt0,
  stuckAt0Mean,
  stuckAt0Variance,
  stuckAt1Mean,
  stuckAt1Variance,
} from "../../src/faults/index.js";
import { ENCODINGS, maxCode, weightCodes, weightValue, weightValues } from "../../src/quantization/index.js";

const MODELS = ["flip", "sa0", "sa1"] as const;
const CLIP = 0.75;
const weightsAt = fc.integer({ min: 1, max: 8 }).chain((bits) =>
  fc.record({
    bits: fc.constant(bits),
    code: fc.nat(maxCode(bits)),
    clip: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
    rate: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);

describe("the closed forms", () => {
  it("equal the sum over all sets of faulty bits, for every code, bit width, clip and rate", () => {
    fc.assert(
      fc.property(weightsAt, ({ bits, code, clip, rate }) => {
        const w = weightValue(code, clip, bits);
        const forms = {
          flip: [flipMean(w, rate), flipVariance(clip, bits, rate)],
          sa0: [stuckAt0Mean(w, clip, rate), stuckAt0Variance(code, clip, bits, rate)],
          sa1: [stuckAt1Mean(w, clip, rate), stuckAt1Variance(code, clip, bits, rate)],
        };
        for (const id of MODELS) {
          const exact = enumeratedMoments(code, {
            clip,
            bits,
            rate,
            model: faultModel(id),
            encoding: "offset-binary",
          });
          expect(Math.abs(forms[id][0]! - w - exact.mean)).toBeLessThan(1e-12 * clip);
          expect(Math.abs(forms[id][1]! - exact.variance)).toBeLessThan(1e-12 * clip * clip);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("equal simulated means and variances within five standard errors, at 2, 4 and 8 bits", () => {
    const weights = 60_000;
    const rate = 0.05;
    for (const bits of [2, 4, 8]) {
      const map = drawFaultMap({ key: "test", index: bits, layers: [{ name: "layer", weights }], bits })
        .layers[0]!;
      const n = maxCode(bits);
      for (const code of [0, 1, Math.floor(n / 3), n - 1, n]) {
        const codes = new Uint8Array(weights).fill(code);
        const w = weightValue(code, CLIP, bits);
        for (const id of MODELS) {
          const options = { rate, model: faultModel(id), bits, encoding: "offset-binary" } as const;
          const change = Array.from(
            injectFaults(codes, map, options).codes,
            (q) => weightValue(q, CLIP, bits) - w,
          );
          const { mean, variance } = faultMoments(codes.subarray(0, 1), {
            clip: CLIP,
            bits,
            rate,
            model: faultModel(id),
          });
          const average = (f: (x: number) => number) => change.reduce((sum, x) => sum + f(x), 0) / weights;
          const fourth = average((x) => (x - mean[0]!) ** 4);
          const meanError = Math.sqrt(variance[0]! / weights);
          const varianceError = Math.sqrt(Math.max(fourth - variance[0]! ** 2, 0) / weights);
          expect(Math.abs(average((x) => x) - mean[0]!)).toBeLessThanOrEqual(5 * meanError);
          expect(Math.abs(average((x) => (x - mean[0]!) ** 2) - variance[0]!)).toBeLessThanOrEqual(
            5 * varianceError,
          );
        }
      }
    }
  });

  it("have the flip coefficients 1.511 at 4 bits, 2.222 at 2 and 1.344 at 8", () => {
    expect([4, 2, 8].map((bits) => flipCoefficient(bits).toFixed(3))).toEqual(["1.511", "2.222", "1.344"]);
  });

  it("shift every weight down by bits stuck at 0 and up by bits stuck at 1, but for the ends", () => {
    for (let code = 0; code <= 15; code++) {
      const w = weightValue(code, CLIP, 4);
      if (code > 0) expect(stuckAt0Mean(w, CLIP, 0.01)).toBeLessThan(w);
      if (code < 15) expect(stuckAt1Mean(w, CLIP, 0.01)).toBeGreaterThan(w);
    }
    expect(stuckAt0Mean(-CLIP, CLIP, 0.01)).toBe(-CLIP);
    expect(stuckAt1Mean(CLIP, CLIP, 0.01)).toBe(CLIP);
  });

  it("are the identity at rate 0 and certain at rate 1", () => {
    for (let code = 0; code <= 15; code++) {
      const w = weightValue(code, CLIP, 4);
      expect([flipMean(w, 0), stuckAt0Mean(w, CLIP, 0), stuckAt1Mean(w, CLIP, 0)]).toEqual([w, w, w]);
      expect(flipMean(w, 1)).toBe(-w);
      expect(stuckAt0Mean(w, CLIP, 1)).toBeCloseTo(-CLIP, 14);
      expect(stuckAt1Mean(w, CLIP, 1)).toBeCloseTo(CLIP, 14);
      for (const rate of [0, 1]) {
        expect(flipVariance(CLIP, 4, rate)).toBe(0);
        expect(stuckAt0Variance(code, CLIP, 4, rate)).toBe(0);
        expect(stuckAt1Variance(code, CLIP, 4, rate)).toBe(0);
      }
    }
  });

  it("use the clip's absolute value", () => {
    expect(flipVariance(-CLIP, 4, 0.1)).toBe(flipVariance(CLIP, 4, 0.1));
    expect(stuckAt0Mean(0.1, -CLIP, 0.1)).toBe(stuckAt0Mean(0.1, CLIP, 0.1));
    expect(stuckAt1Variance(3, -CLIP, 4, 0.1)).toBe(stuckAt1Variance(3, CLIP, 4, 0.1));
  });

  it("refuse a rate that is no probability and a code off the grid", () => {
    for (const rate of [-0.1, 1.1, Number.NaN]) {
      expect(() => flipMean(0.1, rate)).toThrow(`rate must be in [0, 1], got ${rate}`);
      expect(() => faultMoments(Uint8Array.of(1), { clip: 1, bits: 4, rate, model: stuckAt0 })).toThrow(
        "rate must",
      );
    }
    expect(() => stuckAt0Variance(16, 1, 4, 0.1)).toThrow("code must be an integer from 0 to 15, got 16");
    expect(() => faultMoments(Uint8Array.of(16), { clip: 1, bits: 4, rate: 0.1, model: flip })).toThrow(
      "got 16",
    );
  });
});

describe("faultMoments", () => {
  it("give each weight the mean and variance of its own change", () => {
    const codes = Uint8Array.from({ length: 32 }, (_, i) => i % 16);
    for (const model of MODELS) {
      const { mean, variance } = faultMoments(codes, {
        clip: CLIP,
        bits: 4,
        rate: 0.02,
        model: faultModel(model),
      });
      for (const [i, code] of codes.entries()) {
        const exact = enumeratedMoments(code, {
          clip: CLIP,
          bits: 4,
          rate: 0.02,
          model: faultModel(model),
          encoding: "offset-binary",
        });
        expect(mean[i]).toBeCloseTo(exact.mean, 14);
        expect(variance[i]).toBeCloseTo(exact.variance, 14);
      }
    }
  });
});

describe("relativeSize", () => {
  it("is 6.52 for Gaussian weights clipped at two standard deviations: 25.5 % of their norm at rate 1 %", () => {
    const s = stream("test", "relative size");
    const latent = Float32Array.from({ length: 200_000 }, () => s.normal());
    const size = relativeSize(weightValues(weightCodes(latent, 2, 4), 2, 4), 2, 4);
    // Its relative standard error is about 0.3 %; the last digit of 6.52 is another 0.1 %.
    expect(Math.abs(size / 6.52 - 1)).toBeLessThan(0.012);
    expect(Math.abs(Math.sqrt(0.01 * size) - 0.255)).toBeLessThan(0.002);
  });

  it("predicts the size of flips that were really injected", () => {
    const s = stream("test", "injected size");
    const weights = 100_000;
    const latent = Float32Array.from({ length: weights }, () => s.normal());
    const codes = weightCodes(latent, 2, 4);
    const before = weightValues(codes, 2, 4);
    const map = drawFaultMap({ key: "test", index: 0, layers: [{ name: "layer", weights }], bits: 4 })
      .layers[0]!;
    const options = { rate: 0.01, model: faultModel("flip"), bits: 4, encoding: "offset-binary" } as const;
    const after = weightValues(injectFaults(codes, map, options).codes, 2, 4);
    let change = 0;
    let norm = 0;
    for (let i = 0; i < weights; i++) {
      change += (after[i]! - before[i]!) ** 2;
      norm += before[i]! ** 2;
    }
    // Some 4,000 flips, a quarter of them of the bit that matters most: a standard error of about 2.7 %. The mean
    // change of p w, left out of p * rel_l, is 0.4 % more.
    expect(Math.abs(change / norm / (0.01 * relativeSize(before, 2, 4)) - 1)).toBeLessThan(0.09);
  });

  it("refuses a layer without weights", () => {
    expect(() => relativeSize(new Float32Array(0), 1, 4)).toThrow(
      "weights must have at least one entry, got 0",
    );
  });
});

describe("enumeratedMoments", () => {
  it("show that flips do the same in two's complement as in offset binary, and not in the others", () => {
    const moments = ENCODINGS.map((encoding) =>
      Array.from({ length: 16 }, (_, code) =>
        enumeratedMoments(code, { clip: 1, bits: 4, rate: 0.05, model: faultModel("flip"), encoding }),
      ),
    );
    expect(moments[1]).toEqual(moments[0]);
    expect(moments[2]).not.toEqual(moments[0]);
    expect(moments[3]).not.toEqual(moments[0]);
  });

  it("show that the encoding decides which stuck value shrinks weights: 0 in sign-magnitude", () => {
    const mean = (code: number, id: string) =>
      enumeratedMoments(code, {
        clip: 1,
        bits: 4,
        rate: 0.05,
        model: faultModel(id),
        encoding: "sign-magnitude",
      }).mean;
    expect(mean(15, "sa0")).toBeLessThan(0);
    expect(mean(0, "sa0")).toBeGreaterThan(0);
    expect(mean(15, "sa1")).toBeLessThan(0);
    expect(mean(8, "sa0")).toBe(0);
  });
});
