import { describe, expect, it } from "vitest";
import {
  decode,
  ENCODINGS,
  type Encoding,
  encode,
  encodingTables,
  maxCode,
} from "../../src/quantization/index.js";

const BITS = [1, 2, 3, 4, 5, 6, 7, 8];
const allCodes = (bits: number) => Array.from({ length: 2 ** bits }, (_, code) => code);
const bitsSet = (value: number) => [...value.toString(2)].filter((digit) => digit === "1").length;

describe("encode", () => {
  it("gives the known codes of 3 bits", () => {
    const stored = (encoding: Encoding) =>
      allCodes(3).map((code) => encode(code, 3, encoding).toString(2).padStart(3, "0"));
    expect(stored("offset-binary")).toEqual(["000", "001", "010", "011", "100", "101", "110", "111"]);
    // -4, -3, -2, -1, 0, 1, 2, 3
    expect(stored("twos-complement")).toEqual(["100", "101", "110", "111", "000", "001", "010", "011"]);
    // weights -7, -5, -3, -1, 1, 3, 5, 7 as sign and m of 2m + 1
    expect(stored("sign-magnitude")).toEqual(["111", "110", "101", "100", "000", "001", "010", "011"]);
    expect(stored("gray")).toEqual(["000", "001", "011", "010", "110", "111", "101", "100"]);
  });

  it("is undone by decode for every code, bit width and encoding, and so is the reverse", () => {
    for (const encoding of ENCODINGS) {
      for (const bits of BITS) {
        for (const code of allCodes(bits)) {
          expect(decode(encode(code, bits, encoding), bits, encoding)).toBe(code);
          expect(encode(decode(code, bits, encoding), bits, encoding)).toBe(code);
        }
      }
    }
  });

  it("writes two's complement as a signed integer reads it: q - 2^(bits-1)", () => {
    for (const bits of BITS) {
      for (const code of allCodes(bits)) {
        const stored = encode(code, bits, "twos-complement");
        expect((stored << (32 - bits)) >> (32 - bits)).toBe(code - 2 ** (bits - 1));
      }
    }
  });

  it("writes sign-magnitude as sign and m with |2q - n| = 2m + 1", () => {
    for (const bits of BITS) {
      for (const code of allCodes(bits)) {
        const stored = encode(code, bits, "sign-magnitude");
        const sign = stored >> (bits - 1) === 1 ? -1 : 1;
        const m = stored & (2 ** (bits - 1) - 1);
        expect(2 * code - maxCode(bits)).toBe(sign * (2 * m + 1));
      }
    }
  });

  it("writes neighbouring levels in Gray code with one bit different, around the end too", () => {
    for (const bits of BITS) {
      for (const code of allCodes(bits)) {
        const next = (code + 1) % 2 ** bits;
        expect(bitsSet(encode(code, bits, "gray") ^ encode(next, bits, "gray"))).toBe(1);
      }
    }
  });
});

describe("encodingTables", () => {
  it("hold encode and decode of every code, in arrays of their own", () => {
    for (const encoding of ENCODINGS) {
      for (const bits of BITS) {
        const tables = encodingTables(bits, encoding);
        expect([...tables.encode]).toEqual(allCodes(bits).map((code) => encode(code, bits, encoding)));
        expect([...tables.decode]).toEqual(allCodes(bits).map((stored) => decode(stored, bits, encoding)));
      }
    }
    encodingTables(4, "gray").encode.fill(0);
    expect(encode(1, 4, "gray")).toBe(1);
  });
});

describe("a mistaken argument", () => {
  it("is named with its value", () => {
    expect(() => encode(16, 4, "gray")).toThrow("code must be an integer from 0 to 15, got 16");
    expect(() => decode(-1, 4, "gray")).toThrow("stored must be an integer from 0 to 15, got -1");
    expect(() => encode(0, 9, "gray")).toThrow("bits must be an integer from 1 to 8, got 9");
    for (const wrong of ["grey", "toString"]) {
      expect(() => encodingTables(4, wrong as Encoding)).toThrow(
        `encoding must be one of ${ENCODINGS.join(", ")}, got ${wrong}`,
      );
    }
  });
});
