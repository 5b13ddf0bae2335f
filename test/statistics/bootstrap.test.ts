import { expect, test } from "vitest";
import { type Stream, stream } from "../../src/base/random/stream.js";
import { crossedBootstrap, pairedEffect } from "../../src/statistics/index.js";

const noise = (key: string, seeds: number, maps: number) => {
  const draws = stream("test", "bootstrap", key);
  return Array.from({ length: seeds }, () => Array.from({ length: maps }, () => draws.normal()));
};

/** A stream that enumerates every (seed, seed, map, map) of a 2 x 2 table in turn. */
function enumerate(): Stream {
  let call = 0;
  const integer = () => {
    const value = (Math.floor(call / 4) >> (call % 4)) & 1;
    call++;
    return value;
  };
  return { integer, uniform: () => 0, normal: () => 0, shuffle: () => new Uint32Array() };
}

test("over all 16 resamples of a 2 x 2 table, every resample keeps whole rows and columns", () => {
  // Rows are 0 and 8, columns 0 and 4: the mean of a resample is 4 x (seeds drawn as 1) + 2 x (maps drawn as 1).
  const table = [
    [0, 4],
    [8, 12],
  ];
  const { low, high } = crossedBootstrap(table, enumerate(), { resamples: 16, level: 14 / 15 });
  // Sorted: 0 2 2 4 4 4 4 6 6 6 6 8 ... 12; positions 0.5 and 14.5 of 15.
  expect(low).toBeCloseTo(1, 12);
  expect(high).toBeCloseTo(11, 12);
});

test("the same stream gives the same interval", () => {
  const d = noise("same", 5, 20);
  const draw = () => crossedBootstrap(d, stream("test", "draws"), { resamples: 200 });
  expect(draw()).toEqual(draw());
});

test("with many seeds and maps it agrees with pairedEffect within 10 %", () => {
  const d = noise("many", 40, 40).map((row, seed) => row.map((value) => value + Math.sin(seed)));
  const boot = crossedBootstrap(d, stream("test", "wide"), { resamples: 2000 });
  const effect = pairedEffect(d);
  const ratio = (boot.high - boot.low) / (effect.high - effect.low);
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(1.1);
});

test("one seed: only maps are resampled", () => {
  const { low, high } = crossedBootstrap([[0, 0, 1, 1]], stream("test", "one"), { resamples: 500 });
  expect(low).toBe(0);
  expect(high).toBe(1);
});

test("equal differences give an interval of width 0", () => {
  const interval = crossedBootstrap(
    [
      [0, 0],
      [0, 0],
    ],
    stream("test", "zero"),
    { resamples: 10 },
  );
  expect(interval).toEqual({ low: 0, high: 0, resamples: 10 });
});

test("bad arguments are named", () => {
  expect(() => crossedBootstrap([[1], []], stream("x"))).toThrow("differences[1] must have 1 maps");
  expect(() => crossedBootstrap([[1]], stream("x"), { resamples: 0 })).toThrow("resamples must be");
  expect(() => crossedBootstrap([[1]], stream("x"), { level: 1 })).toThrow("level must be in (0, 1), got 1");
});
