import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  asymmetric,
  drawFaultMap,
  type FaultModel,
  flip,
  injectFaults,
  type LayerMap,
  onSites,
  stuckAt0,
  stuckAt1,
} from "../../src/faults/index.js";
import {
  decode,
  ENCODINGS,
  type Encoding,
  encode,
  maxCode,
  weightValue,
} from "../../src/quantization/index.js";

const MODELS = [flip, stuckAt0, stuckAt1];

function oneLayer(weights: number, bits: number, { index = 0, ceiling = 1 } = {}): LayerMap {
  return drawFaultMap({ key: "test", index, layers: [{ name: "layer", weights }], bits, ceiling }).layers[0]!;
}

/** A layer in some encoding with a full map, and a rate. */
const situations = fc
  .record({
    bits: fc.integer({ min: 1, max: 8 }),
    encoding: fc.constantFrom(...ENCODINGS),
    model: fc.constantFrom(...MODELS),
    rate: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)),
    index: fc.nat(1000),
    raw: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ raw, bits, index, ...rest }) => {
    const codes = raw.map((value) => value % 2 ** bits);
    return { ...rest, bits, codes, map: oneLayer(codes.length, bits, { index }) };
  });

/** Bit by bit, from the definitions, with strings of digits. */
function byHand(
  codes: Uint8Array,
  map: LayerMap,
  rate: number,
  id: string,
  bits: number,
  encoding: Encoding,
) {
  const weak = new Map([...map.positions].map((position, j) => [position, map.u[j]!]));
  let faulty = 0;
  let changed = 0;
  const read = Array.from(codes, (code, weight) => {
    const digits = [...encode(code, bits, encoding).toString(2).padStart(bits, "0")].reverse();
    const after = digits.map((digit, bit) => {
      const u = weak.get(weight * bits + bit);
      if (u === undefined || !(u < rate)) return digit;
      faulty++;
      const now = id === "sa0" ? "0" : id === "sa1" ? "1" : digit === "0" ? "1" : "0";
      if (now !== digit) changed++;
      return now;
    });
    return decode(Number.parseInt(after.reverse().join(""), 2), bits, encoding);
  });
  return { codes: Uint8Array.from(read), faulty, exposed: codes.length * bits, changed };
}

describe("injectFaults", () => {
  it("equals a bit-by-bit reading in every encoding, for every model, rate and bit width", () => {
    fc.assert(
      fc.property(situations, ({ codes, map, rate, model, bits, encoding }) => {
        const result = injectFaults(codes, map, { rate, model, bits, encoding });
        expect(result).toEqual(byHand(codes, map, rate, model.id, bits, encoding));
      }),
      { numRuns: 500 },
    );
  });

  it("changes nothing at rate 0", () => {
    fc.assert(
      fc.property(situations, ({ codes, map, model, bits, encoding }) => {
        const result = injectFaults(codes, map, { rate: 0, model, bits, encoding });
        expect(result).toEqual({ codes, faulty: 0, exposed: codes.length * bits, changed: 0 });
      }),
    );
  });

  it("maps w to -w exactly by flips at rate 1, in offset binary and two's complement", () => {
    for (const encoding of ["offset-binary", "twos-complement"] as const) {
      for (let bits = 1; bits <= 8; bits++) {
        const codes = Uint8Array.from({ length: 2 ** bits }, (_, code) => code);
        const { codes: read } = injectFaults(codes, oneLayer(codes.length, bits), {
          rate: 1,
          model: flip,
          bits,
          encoding,
        });
        for (const [i, code] of codes.entries()) {
          expect(read[i]).toBe(maxCode(bits) - code);
          expect(weightValue(read[i]!, 0.37, bits)).toBe(-weightValue(code, 0.37, bits));
        }
      }
    }
  });

  it("inverts every stored bit by flips at rate 1, in every encoding", () => {
    for (const encoding of ENCODINGS) {
      const codes = Uint8Array.from({ length: 16 }, (_, code) => code);
      const result = injectFaults(codes, oneLayer(16, 4), { rate: 1, model: flip, bits: 4, encoding });
      for (const [i, code] of codes.entries()) {
        expect(encode(result.codes[i]!, 4, encoding)).toBe(15 - encode(code, 4, encoding));
      }
      expect(result).toMatchObject({ faulty: 64, exposed: 64, changed: 64 });
    }
  });

  it("reads only zeros or only ones when every bit is stuck", () => {
    for (const encoding of ENCODINGS) {
      const codes = Uint8Array.from({ length: 16 }, (_, code) => code);
      const options = { rate: 1, bits: 4, encoding };
      const zeros = injectFaults(codes, oneLayer(16, 4), { ...options, model: stuckAt0 });
      const ones = injectFaults(codes, oneLayer(16, 4), { ...options, model: stuckAt1 });
      expect([...zeros.codes].every((code) => encode(code, 4, encoding) === 0)).toBe(true);
      expect([...ones.codes].every((code) => encode(code, 4, encoding) === 15)).toBe(true);
      // Half of all the bits of all the codes are set.
      expect([zeros.changed, ones.changed]).toEqual([32, 32]);
    }
  });

  it("is the identity when the same flips strike twice; stuck bits stay as they are", () => {
    fc.assert(
      fc.property(situations, ({ codes, map, rate, model, bits, encoding }) => {
        const options = { rate, model, bits, encoding };
        const once = injectFaults(codes, map, options).codes;
        const twice = injectFaults(once, map, options).codes;
        expect(twice).toEqual(model === flip ? codes : once);
      }),
    );
  });

  it("counts as changed the Hamming distance between what was stored and what is read", () => {
    fc.assert(
      fc.property(situations, ({ codes, map, rate, model, bits, encoding }) => {
        const result = injectFaults(codes, map, { rate, model, bits, encoding });
        let distance = 0;
        for (const [i, code] of codes.entries()) {
          const difference = encode(code, bits, encoding) ^ encode(result.codes[i]!, bits, encoding);
          distance += difference.toString(2).replaceAll("0", "").length;
        }
        expect(result.changed).toBe(distance);
        expect(result.changed).toBeLessThanOrEqual(result.faulty);
        if (model === flip) expect(result.changed).toBe(result.faulty);
      }),
    );
  });

  it("strikes the same bits under every model: those stuck at 0 and at 1 make up those flipped", () => {
    fc.assert(
      fc.property(situations, ({ codes, map, rate, bits, encoding }) => {
        const inject = (model: FaultModel) => injectFaults(codes, map, { rate, model, bits, encoding });
        const [flipped, zeros, ones] = [inject(flip), inject(stuckAt0), inject(stuckAt1)];
        expect([zeros.faulty, ones.faulty]).toEqual([flipped.faulty, flipped.faulty]);
        expect(zeros.changed + ones.changed).toBe(flipped.changed);
      }),
    );
  });

  it("moves no weight up by bits stuck at 0 in offset binary, and none down by bits stuck at 1", () => {
    fc.assert(
      fc.property(situations, ({ codes, map, rate, bits }) => {
        const read = (model: FaultModel) =>
          injectFaults(codes, map, { rate, model, bits, encoding: "offset-binary" }).codes;
        expect(read(stuckAt0).every((code, i) => code <= codes[i]!)).toBe(true);
        expect(read(stuckAt1).every((code, i) => code >= codes[i]!)).toBe(true);
      }),
    );
  });

  it("leaves the codes that it is given alone, even as a Buffer", () => {
    const codes = Buffer.from([1, 2, 3]);
    const options = { rate: 1, model: flip, bits: 4, encoding: "offset-binary" } as const;
    const { codes: read } = injectFaults(codes, oneLayer(3, 4), options);
    expect([...codes]).toEqual([1, 2, 3]);
    expect([...read]).toEqual([14, 13, 12]);
  });

  it("accepts any object that is a fault model", () => {
    const topBitOnly: FaultModel = {
      id: "top",
      title: "Top bit",
      apply: (stored, mask) => stored ^ (mask & 8),
    };
    const codes = Uint8Array.of(0, 8, 15);
    const options = { rate: 1, model: topBitOnly, bits: 4, encoding: "offset-binary" } as const;
    expect(injectFaults(codes, oneLayer(3, 4), options)).toEqual({
      codes: Uint8Array.of(8, 0, 7),
      faulty: 12,
      exposed: 12,
      changed: 3,
    });
  });

  it("accepts a layer without weights", () => {
    const options = { rate: 0.5, model: flip, bits: 4, encoding: "gray" } as const;
    expect(injectFaults(new Uint8Array(0), oneLayer(0, 4), options)).toEqual({
      codes: new Uint8Array(0),
      faulty: 0,
      exposed: 0,
      changed: 0,
    });
  });
});

describe("asymmetric flips", () => {
  it("strike bits that store 0 and 1 at rates of their own, whatever the encoding", () => {
    fc.assert(
      fc.property(
        situations,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        ({ codes, map, rate, bits, encoding }, zero, one) => {
          const inject = (model: FaultModel, at: number) =>
            injectFaults(codes, map, { rate: at, model, bits, encoding });
          const both = inject(asymmetric(zero, one), rate);
          // Flips of a 0 read as bits stuck at 1 do, at the lower rate, and those of a 1 as bits stuck at 0.
          const up = inject(stuckAt1, zero * rate);
          const down = inject(stuckAt0, one * rate);
          expect(both).toMatchObject({
            faulty: up.changed + down.changed,
            changed: up.changed + down.changed,
            exposed: codes.length * bits,
          });
          for (const [i, code] of codes.entries()) {
            const bitsOf = (read: Uint8Array) =>
              encode(read[i]!, bits, encoding) ^ encode(code, bits, encoding);
            expect(bitsOf(both.codes)).toBe(bitsOf(up.codes) | bitsOf(down.codes));
          }
        },
      ),
    );
  });

  it("are plain flips when both rates are the rate asked for", () => {
    fc.assert(
      fc.property(situations, ({ codes, map, rate, bits, encoding }) => {
        const inject = (model: FaultModel) => injectFaults(codes, map, { rate, model, bits, encoding });
        expect(inject(asymmetric(1, 1))).toEqual(inject(flip));
      }),
    );
  });

  it("change as many bits as their rates say: 0.2 p of the zeros and p of the ones", () => {
    const codes = Uint8Array.from({ length: 50_000 }, (_, i) => i % 16);
    const options = { rate: 0.05, model: asymmetric(0.2, 1), bits: 4, encoding: "offset-binary" } as const;
    const { faulty } = injectFaults(codes, oneLayer(codes.length, 4), options);
    // Half of the 200,000 bits are zeros. Four standard errors.
    const expected = 100_000 * 0.01 + 100_000 * 0.05;
    expect(Math.abs(faulty - expected)).toBeLessThan(4 * Math.sqrt(100_000 * (0.01 * 0.99 + 0.05 * 0.95)));
  });
});

describe("a mistaken argument", () => {
  const codes = new Uint8Array(10);
  const map = oneLayer(10, 4, { ceiling: 0.9 });
  const options = { rate: 0.9, model: flip, bits: 4, encoding: "offset-binary" } as const;

  it("is a rate above the map's ceiling, with both in the message", () => {
    expect(() => injectFaults(codes, map, options)).not.toThrow();
    expect(() => injectFaults(codes, map, { ...options, rate: 0.95 })).toThrow(
      "rate 0.95 is above the fault map's ceiling 0.9; draw the map with a ceiling of at least 0.95",
    );
    for (const rate of [1.5, -0.1, Number.NaN]) {
      expect(() => injectFaults(codes, map, { ...options, rate })).toThrow(
        `rate must be in [0, 1], got ${rate}`,
      );
    }
  });

  it("is a map of another size or bit width", () => {
    expect(() => injectFaults(new Uint8Array(9), map, options)).toThrow(
      "codes of layer layer must have 10 entries as its fault map has, got 9",
    );
    expect(() => injectFaults(codes, map, { ...options, bits: 2 })).toThrow(
      "bits must be 4 as in the fault map of layer layer, got 2",
    );
  });

  it("is a map drawn for other sites than the model's", () => {
    const rows: FaultModel = onSites(flip, { kind: "rows", rows: 2, columns: 8 });
    expect(() => injectFaults(codes, map, { ...options, model: rows })).toThrow(
      "fault model flip/rows:2x8 needs a map with sites rows:2x8, got undefined; draw the map with the model's sites",
    );
    const { sites } = rows;
    const drawn = drawFaultMap({
      key: "test",
      index: 0,
      layers: [{ name: "a", weights: 10 }],
      bits: 4,
      sites,
    });
    expect(() => injectFaults(codes, drawn.layers[0]!, { ...options, rate: 0.1, model: rows })).not.toThrow();
    expect(() => injectFaults(codes, drawn.layers[0]!, { ...options, rate: 0.1 })).toThrow(
      "fault model flip needs a map with sites undefined, got rows:2x8",
    );
  });

  it("is a relative rate that is no share", () => {
    for (const relativeRate of [
      { zero: 2, one: 1 },
      { zero: 0, one: 0 },
    ]) {
      expect(() => injectFaults(codes, map, { ...options, model: { ...flip, relativeRate } })).toThrow(
        `must be in [0, 1] and one of them above 0, got ${relativeRate.zero} and ${relativeRate.one}`,
      );
    }
  });

  it("is a code, or a model's result, beyond the bits", () => {
    const full = oneLayer(10, 4);
    expect(() => injectFaults(codes.fill(16), full, { ...options, rate: 1 })).toThrow(
      "codes[0] must be an integer from 0 to 15, got 16",
    );
    const wrong: FaultModel = { id: "not", title: "NOT", apply: (stored) => ~stored };
    expect(() => injectFaults(codes.fill(0), full, { ...options, rate: 1, model: wrong })).toThrow(
      "fault model not must return an integer from 0 to 15, got -1",
    );
  });
});
