import { expect, test } from "vitest";
import { pairedRatio } from "../../src/analysis/sharpness-claim.js";
import type { SharpnessRow } from "../../src/analysis/sharpness-rows.js";

const pair = { first: "as", second: "standard" };
const row = (arm: string, seed: number, value: number) =>
  ({ arm, seed, measures: new Map([["m", { value, standardError: NaN }]]) }) as unknown as SharpnessRow;

test("a ratio is the geometric mean over seeds, with the t interval of its logarithm", () => {
  const rows = [
    row("as", 1, 2),
    row("standard", 1, 1),
    row("as", 2, 8),
    row("standard", 2, 1),
    row("as", 3, 5),
  ];
  const found = pairedRatio(rows, pair, "m")!;
  expect(found.mean).toBeCloseTo(4, 12);
  expect(found.seeds).toBe(2);
  // t(0.975, 1) = 12.7062, standard error of log 2 and log 8: log(8 / 2) / 2
  expect(Math.log(found.high / found.mean)).toBeCloseTo(12.7062 * (Math.log(4) / 2), 3);
  expect(found.low * found.high).toBeCloseTo(16, 9);
});

test("there is none of values that are not above 0, or of no common seed; one seed has no interval", () => {
  expect(pairedRatio([row("as", 1, -2), row("standard", 1, 1)], pair, "m")).toBeUndefined();
  expect(pairedRatio([row("as", 1, 2), row("standard", 2, 1)], pair, "m")).toBeUndefined();
  const one = pairedRatio([row("as", 1, 3), row("standard", 1, 1)], pair, "m")!;
  expect([one.mean.toFixed(9), one.low]).toEqual(["3.000000000", NaN]);
});
