import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  drawFaultMap,
  enumeratedMoments,
  type FaultModel,
  faultModel,
  faultMoments,
  flip,
  injectFaults,
} from "../../src/faults/index.js";
import { maxCode, weightValue } from "../../src/quantization/index.js";

const CLIP = 0.75;
const EFFECTS = ["flip", "sa0", "sa1", "asymmetric:0.3:1", "asymmetric:1:0.2", "asymmetric:0:0.7"];
const ENCODING = { encoding: "offset-binary" } as const;

/** Every kind of sites for weights of some bits, the arrays such that a row or column meets weights in whole. */
const sitesFor = (bits: number) => [
  "",
  "/bits:0",
  `/bits:${bits - 1}`,
  ...(bits > 2 ? ["/bits:0+2"] : []),
  `/rows:4x${3 * bits}`,
  `/columns:4x${bits}`,
  "/weights",
];

const cases = fc.integer({ min: 1, max: 8 }).chain((bits) =>
  fc.record({
    bits: fc.constant(bits),
    code: fc.nat(maxCode(bits)),
    clip: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
    effect: fc.constantFrom(...EFFECTS),
    sites: fc.constantFrom(...sitesFor(bits)),
    share: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)),
  }),
);

describe("the closed forms of every built-in model", () => {
  it("equal the sum over all sets of faulty bits, for every code, bit width, clip, rate and sites", () => {
    fc.assert(
      fc.property(cases, ({ bits, code, clip, effect, sites, share }) => {
        const rate = sites === "/weights" ? share / bits : share;
        const model = faultModel(effect + sites);
        const { mean, variance } = faultMoments(Uint8Array.of(code), { clip, bits, rate, model });
        const exact = enumeratedMoments(code, { clip, bits, rate, model, ...ENCODING });
        expect(Math.abs(mean[0]! - exact.mean)).toBeLessThan(1e-12 * clip);
        expect(Math.abs(variance[0]! - exact.variance)).toBeLessThan(1e-12 * clip ** 2);
      }),
      { numRuns: 600 },
    );
  });

  it("equal means and variances over many maps within four and a half standard errors", () => {
    const [bits, weights, maps] = [4, 60, 400];
    const code = 0b0110;
    const codes = new Uint8Array(weights).fill(code);
    for (const effect of ["flip", "sa1", "asymmetric:0.3:1"]) {
      for (const sites of sitesFor(bits)) {
        const model = faultModel(effect + sites);
        const rate = 0.2;
        const { mean, variance } = faultMoments(codes.subarray(0, 1), { clip: CLIP, bits, rate, model });
        // Weights of one map may change together, so what is independent is the average over each map.
        const changes = Array.from({ length: maps }, (_, index) => {
          const layers = [{ name: "layer", weights }];
          const key = `${effect}${sites}`;
          const map = drawFaultMap({ key, index, layers, bits, ceiling: 0.25, sites: model.sites });
          const { codes: read } = injectFaults(codes, map.layers[0]!, { rate, model, bits, ...ENCODING });
          return Array.from(read, (q) => weightValue(q, CLIP, bits) - weightValue(code, CLIP, bits));
        });
        const agrees = (f: (change: number) => number, expected: number) => {
          const byMap = changes.map((list) => list.reduce((sum, x) => sum + f(x), 0) / weights);
          const average = byMap.reduce((a, b) => a + b, 0) / maps;
          const spread = byMap.reduce((sum, x) => sum + (x - average) ** 2, 0) / (maps - 1);
          // A model that changes nothing at these sites has neither error nor spread.
          expect(Math.abs(average - expected), model.id).toBeLessThanOrEqual(
            4.5 * Math.sqrt(spread / maps) + 1e-15,
          );
        };
        agrees((x) => x, mean[0]!);
        agrees((x) => (x - mean[0]!) ** 2, variance[0]!);
      }
    }
  });

  it("agree on the mean wherever the same bits can be faulty: only the variance tells how they cluster", () => {
    const codes = Uint8Array.from({ length: 16 }, (_, code) => code);
    for (const effect of EFFECTS) {
      const moments = ["", "/weights", "/rows:4x8", "/columns:4x8"].map((sites) =>
        faultMoments(codes, { clip: CLIP, bits: 4, rate: 0.05, model: faultModel(effect + sites) }),
      );
      const [independent, exclusive, , columns] = moments;
      for (const { mean } of moments) expect(mean).toEqual(independent!.mean);
      expect(columns).toEqual(independent);
      for (const code of codes)
        expect(Math.abs(exclusive!.variance[code]! - independent!.variance[code]!)).toBeLessThan(
          0.05 * CLIP ** 2,
        );
    }
  });

  it("of stuck bits vary more in rows, where a whole weight goes, than with one bit at a time", () => {
    const variance = (sites: string) =>
      faultMoments(Uint8Array.of(15), {
        clip: CLIP,
        bits: 4,
        rate: 0.05,
        model: faultModel(`sa0${sites}`),
      }).variance[0]!;
    // Of 15 = 1 + 2 + 4 + 8 all is lost with probability p: 15^2 p (1 - p) steps^2, not (1 + 4 + 16 + 64) p (1 - p).
    expect(variance("/rows:4x8") / variance("")).toBeCloseTo(225 / 85, 12);
    expect(variance("/weights")).toBeLessThan(variance(""));
  });

  it("are those of the chosen bits alone, and add up over positions", () => {
    const codes = Uint8Array.from({ length: 16 }, (_, code) => code);
    const at = (sites: string) =>
      faultMoments(codes, { clip: CLIP, bits: 4, rate: 0.1, model: faultModel(`asymmetric:0.3:1${sites}`) });
    const parts = ["/bits:0", "/bits:1+3", "/bits:2"].map(at);
    const whole = at("");
    for (const code of codes) {
      const sum = (key: "mean" | "variance") => parts.reduce((a, part) => a + part[key][code]!, 0);
      expect(sum("mean")).toBeCloseTo(whole.mean[code]!, 14);
      expect(sum("variance")).toBeCloseTo(whole.variance[code]!, 14);
    }
  });

  it("are the same for every kind of sites when a weight has one bit", () => {
    const codes = Uint8Array.of(0, 1);
    for (const effect of EFFECTS) {
      const [independent, ...others] = ["", "/weights", "/rows:4x8", "/bits:0"].map((sites) =>
        faultMoments(codes, { clip: CLIP, bits: 1, rate: 0.3, model: faultModel(effect + sites) }),
      );
      for (const other of others) {
        expect(other.mean).toEqual(independent!.mean);
        for (const code of codes) expect(other.variance[code]).toBeCloseTo(independent!.variance[code]!, 14);
      }
    }
  });

  it("are zero at rate 0, and certain where every bit is faulty", () => {
    for (const sites of ["", "/rows:4x8", "/columns:4x8"]) {
      const options = { clip: CLIP, bits: 4, model: faultModel(`flip${sites}`) };
      expect(faultMoments(Uint8Array.of(5), { ...options, rate: 0 })).toMatchObject({
        mean: Float64Array.of(0),
        variance: Float64Array.of(0),
      });
      const { mean, variance } = faultMoments(Uint8Array.of(5), { ...options, rate: 1 });
      expect(mean[0]).toBeCloseTo(-2 * weightValue(5, CLIP, 4), 14);
      expect(variance[0]).toBe(0);
    }
  });
});

describe("what has no closed form", () => {
  const options = { clip: CLIP, bits: 4, rate: 0.1 };
  const code = Uint8Array.of(3);

  it("is a model that does not treat each bit by itself, whose moments are enumerated instead", () => {
    const corrected: FaultModel = {
      id: "corrected",
      title: "one error corrected",
      apply: (stored, mask) => ((mask & (mask - 1)) === 0 ? stored : stored ^ mask),
    };
    expect(() => faultMoments(code, { ...options, model: corrected })).toThrow(
      "fault model corrected has no closed form, since it does not treat each bit by itself; use enumeratedMoments",
    );
    // Without a fault in exactly one bit, flips differ from this by those masks only.
    const [all, rest] = [flip, corrected].map((model) =>
      enumeratedMoments(3, { ...options, model, ...ENCODING }),
    );
    const step = (2 * CLIP) / 15;
    const single = 0.1 * 0.9 ** 3 * step * (4 + 8 - 1 - 2);
    expect(all!.mean - rest!.mean).toBeCloseTo(single, 14);
    // One fault per weight, and it is corrected: nothing is left.
    const weights = { ...corrected, sites: { kind: "weights" } as const };
    expect(enumeratedMoments(3, { ...options, model: weights, ...ENCODING })).toEqual({
      mean: 0,
      variance: 0,
    });
  });

  it("are arrays that cut weights in two, or put bits of one weight into one column", () => {
    expect(() => faultMoments(code, { ...options, model: faultModel("flip/rows:4x6") })).toThrow(
      "weights within rows have a closed form if columns is a multiple of bits, 4, got rows:4x6",
    );
    expect(() => faultMoments(code, { ...options, model: faultModel("flip/columns:4x3") })).toThrow(
      "weights across columns have a closed form if columns is at least bits, 4, got columns:4x3",
    );
  });

  it("are more than one faulty bit per weight of the model that has one, and bits that a weight has not", () => {
    expect(() => faultMoments(code, { ...options, rate: 0.3, model: faultModel("flip/weights") })).toThrow(
      "rates and ceiling must not be above 0.25, got 0.3",
    );
    expect(() => faultMoments(code, { ...options, model: faultModel("flip/bits:4") })).toThrow(
      "bit positions must be below 4",
    );
  });
});
