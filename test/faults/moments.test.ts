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
  momentsScale,
  PLAIN_FAULTS,
  smallRateMeans,
} from "../../src/faults/index.js";
import { decode, ENCODINGS, encode, levels, maxCode, weightValue } from "../../src/quantization/index.js";

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

/** Mean and variance by the definition: a mask is one set of faulty bits, faulty each by itself. */
function bruteForce(
  code: number,
  bits: number,
  rate: number,
  id: string,
  encoding: (typeof ENCODINGS)[number],
) {
  const { apply, relativeRate = { zero: 1, one: 1 } } = faultModel(id);
  const written = encode(code, bits, encoding);
  let [total, mean, square] = [0, 0, 0];
  for (let mask = 0; mask < 2 ** bits; mask++) {
    let probability = 1;
    for (let bit = 0; bit < bits; bit++) {
      const own = rate * ((written >> bit) % 2 === 1 ? relativeRate.one : relativeRate.zero);
      probability *= (mask >> bit) % 2 === 1 ? own : 1 - own;
    }
    const read = decode(apply(written, mask), bits, encoding);
    const change = weightValue(read, CLIP, bits) - weightValue(code, CLIP, bits);
    total += probability;
    mean += probability * change;
    square += probability * change ** 2;
  }
  expect(total).toBeCloseTo(1, 12);
  return { mean, variance: square - mean ** 2 };
}

const allCodes = (bits: number) => Uint8Array.from({ length: levels(bits) }, (_, code) => code);

describe("moments in every encoding", () => {
  it("equal a sum over all sets of faulty bits, for every code, 1 to 5 bits and 8, at rates from 0 to 1", () => {
    for (const encoding of ENCODINGS)
      for (const bits of [1, 2, 3, 4, 5, 8])
        for (const id of EFFECTS)
          for (const rate of bits === 8 ? [0.01] : [0, 0.003, 0.4, 1]) {
            const model = faultModel(id);
            const { mean, variance } = faultMoments(allCodes(bits), {
              ...{ clip: CLIP, bits, rate, model, encoding },
            });
            for (const code of bits === 8 ? [0, 37, 127, 128, 200, 255] : allCodes(bits)) {
              const exact = bruteForce(code, bits, rate, id, encoding);
              expect(Math.abs(mean[code]! - exact.mean)).toBeLessThan(1e-13);
              expect(Math.abs(variance[code]! - exact.variance)).toBeLessThan(1e-13);
            }
          }
  });

  it("equal those enumerated, whatever the sites", () => {
    for (const encoding of ENCODINGS)
      for (const bits of [2, 4])
        for (const sites of sitesFor(bits))
          for (const effect of EFFECTS) {
            const options = { clip: CLIP, bits, rate: 0.2, model: faultModel(effect + sites), encoding };
            const { mean, variance } = faultMoments(allCodes(bits), options);
            for (const code of allCodes(bits)) {
              const exact = enumeratedMoments(code, options);
              expect(mean[code]).toBeCloseTo(exact.mean, 14);
              expect(variance[code]).toBeCloseTo(exact.variance, 14);
            }
          }
  });

  it("equal what injected faults do, within four and a half standard errors", () => {
    const [bits, each, rate] = [4, 4000, 0.2];
    const codes = Uint8Array.from({ length: 16 * each }, (_, i) => Math.floor(i / each));
    const layers = [{ name: "layer", weights: codes.length }];
    const map = drawFaultMap({ key: "encodings", index: 0, layers, bits, ceiling: 0.25 });
    for (const encoding of ENCODINGS)
      for (const id of ["flip", "sa0", "sa1", "asymmetric:0.3:1"]) {
        const model = faultModel(id);
        const { codes: read } = injectFaults(codes, map.layers[0]!, { rate, model, bits, encoding });
        const { mean, variance } = faultMoments(allCodes(bits), { clip: CLIP, bits, rate, model, encoding });
        for (const code of allCodes(bits)) {
          const changes = [...read.subarray(code * each, (code + 1) * each)].map(
            (q) => weightValue(q, CLIP, bits) - weightValue(code, CLIP, bits),
          );
          const agrees = (f: (change: number) => number, expected: number) => {
            const average = changes.reduce((sum, x) => sum + f(x), 0) / each;
            const spread = changes.reduce((sum, x) => sum + (f(x) - average) ** 2, 0) / (each - 1);
            expect(Math.abs(average - expected), `${encoding} ${id} ${code}`).toBeLessThanOrEqual(
              4.5 * Math.sqrt(spread / each) + 1e-15,
            );
          };
          agrees((x) => x, mean[code]!);
          agrees((x) => (x - mean[code]!) ** 2, variance[code]!);
        }
      }
  });

  it("are offset binary's where no encoding is named, and differ from it in every other one", () => {
    const options = { clip: CLIP, bits: 4, rate: 0.1, model: faultModel("sa1") };
    const own = faultMoments(allCodes(4), options);
    expect(faultMoments(allCodes(4), { ...options, encoding: "offset-binary" })).toEqual(own);
    for (const encoding of ENCODINGS.slice(1))
      expect(faultMoments(allCodes(4), { ...options, encoding }).mean).not.toEqual(own.mean);
  });

  it("are known in closed form in two's complement: the top bit moves the other way", () => {
    const [p, step] = [0.1, (2 * CLIP) / 15];
    const options = { clip: CLIP, bits: 4, rate: p, encoding: "twos-complement" } as const;
    const sa0 = faultMoments(allCodes(4), { ...options, model: faultModel("sa0") });
    const flips = faultMoments(allCodes(4), { ...options, model: flip });
    for (const code of allCodes(4)) {
      // Stored is 8s + r for the code 8 (1 - s) + r: a stuck sign raises the code by 8, stuck others lower it by r.
      const [s, r] = [code < 8 ? 1 : 0, code % 8];
      expect(sa0.mean[code]).toBeCloseTo(p * step * (8 * s - r), 14);
      expect(flips.mean[code]).toBeCloseTo(-2 * p * weightValue(code, CLIP, 4), 14);
      expect(flips.variance[code]).toBeCloseTo(p * (1 - p) * step ** 2 * 85, 14);
    }
  });

  it("are zero at rate 0, and without variance at rate 1", () => {
    for (const encoding of ENCODINGS)
      for (const model of PLAIN_FAULTS) {
        const at = (rate: number) =>
          faultMoments(allCodes(4), { clip: CLIP, bits: 4, rate, model, encoding });
        expect(at(0)).toEqual({ mean: new Float64Array(16), variance: new Float64Array(16) });
        const { mean, variance } = at(1);
        expect(variance).toEqual(new Float64Array(16));
        for (const code of allCodes(4)) {
          const read = decode(model.apply(encode(code, 4, encoding), 15), 4, encoding);
          expect(mean[code]).toBeCloseTo(weightValue(read, CLIP, 4) - weightValue(code, CLIP, 4), 14);
        }
      }
  });
});

describe("momentsScale()", () => {
  it("is true exactly where mean / p and variance / (p (1 - p)) are the same at every rate", () => {
    for (const encoding of ENCODINGS)
      for (const bits of [1, 2, 3, 4])
        for (const effect of EFFECTS)
          for (const sites of ["", "/bits:0", `/bits:${bits - 1}`, "/weights"]) {
            const model = faultModel(effect + sites);
            const rates = sites === "/weights" ? [0.05, 0.2] : [0.05, 0.2, 0.7];
            const [first, ...others] = rates.map((rate) => {
              const { mean, variance } = faultMoments(allCodes(bits), {
                ...{ clip: CLIP, bits, rate, model, encoding },
              });
              return [...mean.map((m) => m / rate), ...variance.map((v) => v / (rate * (1 - rate)))];
            });
            const same = others.every((other) => other.every((x, i) => Math.abs(x - first![i]!) < 1e-12));
            // One bit of a weight at most is never said to scale: of weights with one bit it would be true.
            const said = momentsScale({ bits, model, encoding });
            if (sites === "/weights") expect(said).toBe(false);
            else expect(said, `${encoding} ${bits} ${model.id}`).toBe(same);
          }
  });

  it("is true of plain faults in offset binary and two's complement only", () => {
    const scaling = ENCODINGS.filter((encoding) =>
      PLAIN_FAULTS.every((model) => momentsScale({ bits: 4, model, encoding })),
    );
    expect(scaling).toEqual(["offset-binary", "twos-complement"]);
    expect(momentsScale({ bits: 8, model: flip })).toBe(true);
    expect(() => momentsScale({ bits: 4, model: faultModel("flip/rows:4x6") })).toThrow("a multiple of bits");
  });
});

describe("smallRateMeans()", () => {
  it("are the limit of mean / p at small rates, to first order in p", () => {
    for (const encoding of ENCODINGS)
      for (const effect of EFFECTS)
        for (const sites of sitesFor(4)) {
          const options = { clip: CLIP, bits: 4, model: faultModel(effect + sites), encoding };
          const limit = smallRateMeans(allCodes(4), options);
          const { mean } = faultMoments(allCodes(4), { ...options, rate: 1e-7 });
          for (const code of allCodes(4)) expect(mean[code]! / 1e-7).toBeCloseTo(limit[code]!, 5);
        }
  });

  it("are mean / p at every rate where the moments scale, and differ from it elsewhere", () => {
    const gap = (encoding: (typeof ENCODINGS)[number]) => {
      const options = { clip: CLIP, bits: 4, model: flip, encoding };
      const limit = smallRateMeans(allCodes(4), options);
      const { mean } = faultMoments(allCodes(4), { ...options, rate: 0.5 });
      return Math.max(...limit.map((m, code) => Math.abs(m - mean[code]! / 0.5)));
    };
    expect(gap("offset-binary")).toBe(0);
    expect(gap("twos-complement")).toBe(0);
    expect(gap("sign-magnitude")).toBeGreaterThan(0.1);
    expect(gap("gray")).toBeGreaterThan(0.1);
  });
});

describe("what is no moment", () => {
  it("is one of options that do not exist, or of a model that leaves the bits of a weight", () => {
    const options = { clip: CLIP, bits: 4, rate: 0.1, model: flip };
    const wrong = { ...options, encodings: "gray" };
    expect(() => faultMoments(allCodes(4), wrong)).toThrow(
      "faultMoments has no option encodings; its options are clip, bits, rate, model, encoding",
    );
    expect(() => faultMoments(allCodes(4), { ...options, encoding: "grey" as never })).toThrow(
      "encoding must be one of",
    );
    const wide: FaultModel = { id: "wide", title: "wide", apply: (stored, mask) => stored + 16 * mask };
    expect(() => faultMoments(allCodes(4), { ...options, model: wide })).toThrow(
      "fault model wide must return an integer from 0 to 15, got 16",
    );
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
    const { mean, variance } = faultMoments(code, { ...options, model: corrected });
    expect({ mean: mean[0], variance: variance[0] }).toEqual(
      enumeratedMoments(3, { ...options, model: corrected, ...ENCODING }),
    );
    expect(momentsScale({ bits: 4, model: corrected })).toBe(false);
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
