import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/base/errors.js";
import { stream } from "../../../src/base/random/index.js";

/** ARC4 with the first 256 bytes dropped, written from its definition; one byte at a call. */
function arc4(key: string): () => bigint {
  const s = Array.from({ length: 256 }, (_, i) => i);
  const swap = (a: number, b: number) => {
    [s[a], s[b]] = [s[b]!, s[a]!];
  };
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + s[i]! + key.charCodeAt(i % key.length)) % 256;
    swap(i, j);
  }
  let i = 0;
  let j = 0;
  const next = () => {
    i = (i + 1) % 256;
    j = (j + s[i]!) % 256;
    swap(i, j);
    return BigInt(s[(s[i]! + s[j]!) % 256]!);
  };
  for (let dropped = 0; dropped < 256; dropped++) next();
  return next;
}

/** The leading 53 significant bits of the fraction 0.byte byte byte … of at least 7 bytes. */
function fraction(next: () => bigint): number {
  let n = 0n;
  let length = 0;
  for (; length < 6; length++) n = n * 256n + next();
  while (true) {
    const enough = n * 256n >= 2n ** 52n;
    n = n * 256n + next();
    length++;
    if (enough) break;
  }
  const surplus = n.toString(2).length - 53;
  return Number(n >> BigInt(surplus)) / 2 ** (8 * length - surplus);
}

const draw = (count: number, next: () => number) => Array.from({ length: count }, next);

/** Pearson's statistic against equal expected counts. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe("stream", () => {
  it("gives the golden values of uniform, normal, shuffle and integer", () => {
    // node -e 'const r = require("seedrandom")(JSON.stringify(["golden", 1])); console.log(r(), r(), r())'
    const uniform = stream("golden", 1);
    expect(draw(3, () => uniform.uniform())).toEqual([
      0.031055209124314004, 0.15312894485108067, 0.46313487247877316,
    ]);
    // const s = stream("golden", "normal"); [s.normal(), s.normal(), s.normal()]
    const normal = stream("golden", "normal");
    expect(draw(3, () => normal.normal())).toEqual([
      -0.2803517843289647, -0.6095998621963028, -1.7062117098862344,
    ]);
    expect([...stream("golden", "shuffle").shuffle(10)]).toEqual([7, 2, 1, 9, 8, 0, 5, 6, 4, 3]);
    const integer = stream("golden", 1);
    expect(draw(3, () => integer.integer(1000))).toEqual([31, 153, 463]);
  });

  it("equals an ARC4 written from its definition", () => {
    const keys: (string | number)[][] = [
      ["a"],
      [0],
      ["lenet5-fashion", "map", 7, "conv1"],
      ["x".repeat(250)],
    ];
    for (const key of keys) {
      const drawn = stream(...key);
      const next = arc4(JSON.stringify(key));
      for (let i = 0; i < 200; i++) expect(drawn.uniform()).toBe(fraction(next));
    }
  });

  it("reads characters beyond ASCII as the JSON escape of each, so that no two keys share a seed", () => {
    const next = arc4('["\\u00e9\\ud83d\\ude00"]');
    const drawn = stream("é😀");
    expect(drawn.uniform()).toBe(fraction(next));
    expect(drawn.uniform()).toBe(fraction(next));
    // Both characters have the low byte of "A".
    expect(stream("Ł").uniform()).not.toBe(stream("A").uniform());
  });

  it("is untouched by draws from other streams", () => {
    const alone = stream("A");
    const expected = draw(100, () => alone.uniform() + alone.normal() + alone.integer(10));
    const a = stream("A");
    const between = draw(100, () => {
      const b = stream("B");
      b.uniform();
      b.normal();
      b.shuffle(5);
      Math.random();
      return a.uniform() + a.normal() + a.integer(10);
    });
    expect(between).toEqual(expected);
  });

  it("differs for keys that differ in type, order or division", () => {
    const keys: (string | number)[][] = [
      ["a", 1],
      ["a", "1"],
      [1, "a"],
      ["a1"],
      ["a,1"],
      ["a"],
      ["a", "a"],
      [1],
      [11],
    ];
    expect(new Set(keys.map((key) => stream(...key).uniform())).size).toBe(keys.length);
  });

  it("has neighbouring keys whose first numbers are uniform and uncorrelated", () => {
    const first = draw(20_000, () => 0).map((_, index) => stream("study", "map", index, "conv1").uniform());
    const counts = new Array(50).fill(0);
    for (const u of first) counts[Math.floor(u * 50)]++;
    expect(chiSquare(counts)).toBeLessThan(85.4); // 99.9 % quantile, 49 degrees of freedom
    let product = 0;
    for (let i = 1; i < first.length; i++) product += (first[i]! - 0.5) * (first[i - 1]! - 0.5);
    // The standard error of the correlation is 1 / sqrt(20,000).
    expect(Math.abs((12 * product) / first.length)).toBeLessThan(4 / Math.sqrt(first.length));
  });

  it("refuses a key that is empty, too long, or has parts that JSON would change", () => {
    expect(() => stream()).toThrow(UserError);
    expect(() => stream("a", Number.NaN)).toThrow("must be a string or a finite number, got NaN");
    expect(() => stream(Infinity)).toThrow("got Infinity");
    expect(() => stream(undefined as unknown as string)).toThrow("got undefined");
    expect(() => stream("x".repeat(252))).not.toThrow();
    expect(() => stream("x".repeat(253))).toThrow("at most 256 characters of JSON, got 257");
  });
});

describe("uniform", () => {
  it("lies in [0, 1) with the counts, mean and variance of the uniform distribution", () => {
    const s = stream("test", "uniform");
    const values = draw(200_000, () => s.uniform());
    expect(values.every((u) => u >= 0 && u < 1)).toBe(true);
    const counts = new Array(100).fill(0);
    for (const u of values) counts[Math.floor(u * 100)]++;
    expect(chiSquare(counts)).toBeLessThan(148.2); // 99.9 % quantile, 99 degrees of freedom
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / values.length));
    const variance = values.reduce((sum, u) => sum + (u - 0.5) ** 2, 0) / values.length;
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / values.length));
  });

  it("has more than 32 random bits", () => {
    const s = stream("test", "bits");
    expect(draw(100, () => s.uniform()).filter((u) => Number.isInteger(u * 2 ** 32))).toEqual([]);
  });
});

describe("normal", () => {
  it("has the moments of the standard normal distribution", () => {
    const s = stream("test", "normal");
    const values = draw(200_000, () => s.normal());
    const moment = (power: number) => values.reduce((sum, x) => sum + x ** power, 0) / values.length;
    // The variances of x, x^2, x^3 and x^4 are 1, 2, 15 and 96.
    for (const [power, expected, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ] as const) {
      expect(Math.abs(moment(power) - expected)).toBeLessThan(4 * Math.sqrt(variance / values.length));
    }
    // The two draws of a pair are uncorrelated.
    let product = 0;
    for (let i = 0; i < values.length; i += 2) product += values[i]! * values[i + 1]!;
    expect(Math.abs(product / (values.length / 2))).toBeLessThan(4 / Math.sqrt(values.length / 2));
  });
});

describe("shuffle", () => {
  it("is a permutation of 0 … n - 1, of nothing for n = 0", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), (n, seed) => {
        const shuffled = stream("test", seed).shuffle(n);
        expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
    expect(stream("test").shuffle(0)).toEqual(new Uint32Array(0));
  });

  it("gives each of the 24 orders of 4 things equally often", () => {
    const s = stream("test", "shuffle");
    const counts = new Map<string, number>();
    for (let i = 0; i < 48_000; i++) {
      const order = s.shuffle(4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(49.7); // 99.9 % quantile, 23 degrees of freedom
  });

  it("refuses an n that is no length", () => {
    for (const n of [-1, 1.5, Number.NaN, Infinity, 2 ** 32]) {
      expect(() => stream("test").shuffle(n)).toThrow(
        `n of shuffle must be an integer from 0 to 2^32 - 1, got ${n}`,
      );
    }
  });
});

describe("integer", () => {
  it("gives each of 0 … n - 1 equally often, and 0 alone for n = 1", () => {
    const s = stream("test", "integer");
    const counts = new Array(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[s.integer(7)]++;
    expect(counts.length).toBe(7);
    expect(chiSquare(counts)).toBeLessThan(22.5); // 99.9 % quantile, 6 degrees of freedom
    expect(s.integer(1)).toBe(0);
    expect(s.integer(2 ** 32)).toBeLessThan(2 ** 32);
  });

  it("refuses an n that has no integers below it", () => {
    for (const n of [0, -3, 2.5, Number.NaN, 2 ** 32 + 1]) {
      expect(() => stream("test").integer(n)).toThrow(
        `n of integer must be an integer from 1 to 2^32, got ${n}`,
      );
    }
  });
});
