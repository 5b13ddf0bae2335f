import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  activationCode,
  activationCodes,
  activationValue,
  activationValues,
  levels,
  maxCode,
  weightCode,
  weightCodes,
  weightValue,
  weightValues,
} from "../../src/quantization/index.js";

const bitWidths = fc.integer({ min: 1, max: 8 });
const clips = fc.float({ min: Math.fround(1e-6), max: Math.fround(1e6), noNaN: true });
const reals = fc.float({ noNaN: true });
const allCodes = (bits: number) => Array.from({ length: 2 ** bits }, (_, code) => code);

describe("levels and largest code", () => {
  it("are 2^bits and 2^bits - 1 for 1 to 8 bits", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(maxCode)).toEqual([1, 3, 7, 15, 31, 63, 127, 255]);
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(levels)).toEqual([2, 4, 8, 16, 32, 64, 128, 256]);
  });

  it("refuses other bit widths", () => {
    for (const bits of [0, 9, 2.5, -1, Number.NaN]) {
      expect(() => maxCode(bits)).toThrow(`bits must be an integer from 1 to 8, got ${bits}`);
    }
  });
});

describe("the weight grid", () => {
  it("has for 2 bits and clip 3 the levels -3, -1, 1, 3 and ties that round up", () => {
    expect(allCodes(2).map((code) => weightValue(code, 3, 2))).toEqual([-3, -1, 1, 3]);
    const weights = [-9, -3, -2.01, -2, -0.01, 0, 1.99, 2, 3, 9];
    expect(weights.map((w) => weightCode(w, 3, 2))).toEqual([0, 0, 0, 1, 1, 2, 2, 3, 3, 3]);
  });

  it("has for 1 bit the two levels -clip and clip", () => {
    expect(allCodes(1).map((code) => weightValue(code, 0.7, 1))).toEqual([-0.7, 0.7]);
    expect([-0.1, 0, 0.1].map((w) => weightCode(w, 0.7, 1))).toEqual([0, 1, 1]);
  });

  it("maps every level to its own code", () => {
    fc.assert(
      fc.property(bitWidths, clips, (bits, clip) => {
        for (const code of allCodes(bits))
          expect(weightCode(weightValue(code, clip, bits), clip, bits)).toBe(code);
      }),
    );
  });

  it("turns q into n - q where w turns into -w, exactly", () => {
    fc.assert(
      fc.property(bitWidths, clips, (bits, clip) => {
        const n = maxCode(bits);
        for (const code of allCodes(bits)) {
          expect(weightValue(n - code, clip, bits)).toBe(-weightValue(code, clip, bits));
        }
      }),
    );
  });

  it("chooses a nearest level: none is closer to the clipped weight by more than rounding", () => {
    fc.assert(
      fc.property(bitWidths, clips, reals, (bits, clip, w) => {
        const clipped = Math.min(Math.max(w, -clip), clip);
        const distance = (code: number) => Math.abs(weightValue(code, clip, bits) - clipped);
        const chosen = distance(weightCode(w, clip, bits));
        for (const code of allCodes(bits)) expect(chosen).toBeLessThanOrEqual(distance(code) + 1e-12 * clip);
      }),
    );
  });

  it("never orders codes against the weights", () => {
    fc.assert(
      fc.property(bitWidths, clips, reals, reals, (bits, clip, a, b) => {
        expect(weightCode(Math.min(a, b), clip, bits)).toBeLessThanOrEqual(
          weightCode(Math.max(a, b), clip, bits),
        );
      }),
    );
  });

  it("ends at the clips, where infinities go too", () => {
    for (const [w, code] of [
      [-Infinity, 0],
      [-0.5, 0],
      [0.5, 15],
      [Infinity, 15],
    ] as const) {
      expect(weightCode(w, 0.5, 4)).toBe(code);
    }
    expect([weightValue(0, 0.5, 4), weightValue(15, 0.5, 4)]).toEqual([-0.5, 0.5]);
  });
});

describe("the activation grid", () => {
  it("has for 2 bits and clip 3 the levels 0, 1, 2, 3 and ties that round up", () => {
    expect(allCodes(2).map((code) => activationValue(code, 3, 2))).toEqual([0, 1, 2, 3]);
    const activations = [-Infinity, -5, 0, 0.49, 0.5, 1.5, 2.49, 2.5, 99, Infinity];
    expect(activations.map((x) => activationCode(x, 3, 2))).toEqual([0, 0, 0, 0, 1, 2, 2, 3, 3, 3]);
  });

  it("maps every level to its own code, and everything not positive to 0", () => {
    fc.assert(
      fc.property(bitWidths, clips, reals, (bits, clip, x) => {
        for (const code of allCodes(bits)) {
          expect(activationCode(activationValue(code, clip, bits), clip, bits)).toBe(code);
        }
        expect(activationCode(-Math.abs(x), clip, bits)).toBe(0);
      }),
    );
  });

  it("keeps 8-bit pixels as they are with clip 1", () => {
    for (const pixel of allCodes(8)) expect(activationCode(Math.fround(pixel / 255), 1, 8)).toBe(pixel);
  });
});

describe("the typed-array forms", () => {
  it("agree with the plain numbers, entry by entry, values rounded to float32", () => {
    fc.assert(
      fc.property(
        bitWidths,
        clips,
        fc.float32Array({ noNaN: true, maxLength: 50 }),
        (bits, clip, numbers) => {
          const w = weightCodes(numbers, clip, bits);
          const a = activationCodes(numbers, clip, bits);
          expect([...w]).toEqual(Array.from(numbers, (x) => weightCode(x, clip, bits)));
          expect([...a]).toEqual(Array.from(numbers, (x) => activationCode(x, clip, bits)));
          expect([...weightValues(w, clip, bits)]).toEqual(
            Array.from(w, (code) => Math.fround(weightValue(code, clip, bits))),
          );
          expect([...activationValues(a, clip, bits)]).toEqual(
            Array.from(a, (code) => Math.fround(activationValue(code, clip, bits))),
          );
        },
      ),
    );
  });

  it("return the codes again from float32 values", () => {
    fc.assert(
      fc.property(bitWidths, clips, (bits, clip) => {
        const codes = Uint8Array.from(allCodes(bits));
        expect(weightCodes(weightValues(codes, clip, bits), clip, bits)).toEqual(codes);
        expect(activationCodes(activationValues(codes, clip, bits), clip, bits)).toEqual(codes);
      }),
    );
  });

  it("accept no entries at all", () => {
    expect(weightCodes(new Float32Array(0), 1, 4)).toEqual(new Uint8Array(0));
    expect(weightValues(new Uint8Array(0), 1, 4)).toEqual(new Float32Array(0));
  });

  it("name the entry that is NaN or no code", () => {
    expect(() => weightCodes(Float32Array.of(0, Number.NaN), 1, 4)).toThrow("latent[1] is NaN");
    expect(() => activationCodes(Float32Array.of(Number.NaN), 1, 4)).toThrow("activations[0] is NaN");
    expect(() => weightValues(Uint8Array.of(3, 4), 1, 2)).toThrow(
      "codes[1] must be an integer from 0 to 3, got 4",
    );
  });
});

describe("clips", () => {
  it("count by their absolute value, as a learned clip may change its sign", () => {
    expect(weightCode(0.3, -1, 4)).toBe(weightCode(0.3, 1, 4));
    expect(weightValue(2, -1, 4)).toBe(weightValue(2, 1, 4));
    expect(activationCode(0.3, -1, 4)).toBe(activationCode(0.3, 1, 4));
    expect(activationValue(2, -1, 4)).toBe(activationValue(2, 1, 4));
  });

  it("must be finite and not 0", () => {
    for (const clip of [0, -0, Number.NaN, Infinity, -Infinity]) {
      const message = `clip must be finite and not 0 (its absolute value is used), got ${clip}`;
      expect(() => weightCode(0, clip, 4)).toThrow(message);
      expect(() => weightValue(0, clip, 4)).toThrow(message);
      expect(() => activationCode(0, clip, 4)).toThrow(message);
      expect(() => activationValue(0, clip, 4)).toThrow(message);
      expect(() => weightCodes(new Float32Array(0), clip, 4)).toThrow(message);
      expect(() => weightValues(new Uint8Array(0), clip, 4)).toThrow(message);
    }
  });
});

describe("plain numbers", () => {
  it("must be numbers, and codes must lie on the grid", () => {
    expect(() => weightCode(Number.NaN, 1, 4)).toThrow("w must be a number, got NaN");
    expect(() => activationCode(Number.NaN, 1, 4)).toThrow("x must be a number, got NaN");
    for (const code of [-1, 16, 0.5, Number.NaN]) {
      expect(() => weightValue(code, 1, 4)).toThrow(`code must be an integer from 0 to 15, got ${code}`);
      expect(() => activationValue(code, 1, 4)).toThrow(`code must be an integer from 0 to 15, got ${code}`);
    }
  });
});
