import { expect, test } from "vitest";
import { stream } from "../../src/base/random/stream.js";
import { crossFittedMaximum } from "../../src/statistics/index.js";

test("a table worked by hand: two cells, two seeds, two maps", () => {
  const cells = [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 0],
      [0, 5],
    ],
  ];
  // seed 0: even map of seed 1 is 3 | 0, cell 0, read at [0][1] = 2; odd map is 4 | 5, cell 1, read at [0][0] = 5.
  // seed 1: even map of seed 0 is 1 | 5, cell 1, read at [1][1] = 5; odd map is 2 | 0, cell 0, read at [1][0] = 3.
  expect(crossFittedMaximum(cells)).toEqual({
    value: (2 + 5 + 5 + 3) / 4,
    chosen: [2, 2],
    naive: { cell: 0, value: 2.5 },
  });
});

test("where one cell is clearly the largest it is chosen always, and the value is its mean", () => {
  const cells = [0, 10, 3].map((center) =>
    [0, 1, 2].map((seed) => [0, 1, 2, 3].map((map) => center + seed + map)),
  );
  const { value, chosen, naive } = crossFittedMaximum(cells);
  expect(chosen).toEqual([0, 6, 0]);
  expect(value).toBeCloseTo(naive.value, 12);
  expect(naive.cell).toBe(1);
});

test("among cells of pure noise it is 0 on average, where the plain maximum is not", () => {
  const draws = stream("test", "noise-cells");
  let fitted = 0;
  let plain = 0;
  for (let i = 0; i < 300; i++) {
    const cells = Array.from({ length: 21 }, () =>
      Array.from({ length: 5 }, () => Array.from({ length: 10 }, () => draws.normal())),
    );
    const { value, naive } = crossFittedMaximum(cells);
    fitted += value / 300;
    plain += naive.value / 300;
  }
  expect(Math.abs(fitted)).toBeLessThan(0.03);
  expect(plain).toBeGreaterThan(0.2);
});

test("one seed: chosen on one half of the maps and read on the other, both ways", () => {
  const cells = [[[1, 4, 1, 4]], [[2, 0, 2, 0]]];
  // Even maps: 1 | 2, cell 1, read on odd maps: 0. Odd maps: 4 | 0, cell 0, read on even maps: 1.
  expect(crossFittedMaximum(cells)).toMatchObject({ value: 0.5, chosen: [1, 1] });
});

test("one map cannot be halved: no value", () => {
  expect(crossFittedMaximum([[[3], [4]]])).toEqual({
    value: NaN,
    chosen: [0],
    naive: { cell: 0, value: 3.5 },
  });
});

test("equal cells: the first is chosen", () => {
  expect(crossFittedMaximum([[[0, 0]], [[0, 0]]])).toEqual({
    value: 0,
    chosen: [2, 0],
    naive: { cell: 0, value: 0 },
  });
});

test("no cells or cells of different shapes are errors", () => {
  expect(() => crossFittedMaximum([])).toThrow("cells must have at least one cell, got none");
  expect(() => crossFittedMaximum([[[1, 2]], [[1]]])).toThrow("cells[1] must have 1 seeds and 2 maps");
  expect(() => crossFittedMaximum([[[1, NaN]]])).toThrow("cells[0][0][1] must be a finite number");
});
