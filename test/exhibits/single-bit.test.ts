import { expect, test } from "vitest";
import { armStyles, singleBitLoss, singleBitTable, toCsv, toText } from "../../src/exhibits/index.js";
import type { BitSummary, SingleBitResults } from "../../src/experiments/single-bit/index.js";
import { study, typical } from "./rows.js";

const styles = armStyles(study(typical));

const summary = (layer: string, bit: number, changes: Partial<BitSummary>): BitSummary => ({
  layer,
  bit,
  bits: 100,
  tested: 100,
  meanLoss: 1,
  meanLossLow: 1,
  meanLossHigh: 1,
  largestLoss: 5,
  critical: 0.5,
  criticalLow: 0.5,
  criticalHigh: 0.5,
  ...changes,
});

const sampled = { tested: 20, critical: 0.4, criticalLow: 0.3, criticalHigh: 0.55 };
const results: SingleBitResults = {
  study: "lenet5-fashion",
  profile: "quick",
  arm: "as-saq",
  seed: 0,
  fault: "sa0",
  encoding: "offset-binary",
  bits: { weights: 2, activations: 4 },
  split: "validation",
  images: 2000,
  faultFree: 1800,
  exploratory: true,
  summary: [
    summary("conv", 0, { meanLoss: 0.1, meanLossLow: 0.1, meanLossHigh: 0.1 }),
    summary("conv", 1, { meanLoss: 10, meanLossLow: 10, meanLossHigh: 10 }),
    summary("fc", 0, { ...sampled, meanLoss: 0.005, meanLossLow: -0.01, meanLossHigh: 0.02 }),
    summary("fc", 1, { ...sampled, tested: 1, meanLoss: -0.1, meanLossLow: NaN, meanLossHigh: NaN }),
  ],
};

interface Trace {
  name: string;
  x: number[];
  y: number[];
  error_y: { array: number[]; arrayminus: number[] };
}

test("the table has intervals where bits were sampled, and none where all were tested", () => {
  const text = toText(singleBitTable(results, styles));
  expect(text).toContain("One faulty bit at a time (stuck-at-0)");
  expect(text).toMatch(/^conv +0 +100 +100 +0\.1000 +5\.00 +50\.00$/m);
  expect(text).toMatch(/^fc +0 +100 +20 +0\.0050 \[-0\.0100, 0\.0200\] +5\.00 +40\.00 \[30\.00, 55\.00\]$/m);
  expect(text.replaceAll("\n", " ")).toContain(
    "AS + SAQ, seed 0 · 221 of 400 stored bits · 2,000 validation images, 90.00 % right without faults · W2A4",
  );
  expect(text.trim()).toMatch(/Exploratory\.$/);
});

test("the table in CSV carries every digit, and leaves unknown bounds empty", () => {
  const lines = toCsv(singleBitTable(results, styles)).split("\n");
  expect(lines[0]).toBe(
    "layer,bit,bits,tested,mean_loss_pp,mean_loss_low_pp,mean_loss_high_pp,largest_loss_pp,critical_pct,critical_low_pct,critical_high_pct",
  );
  expect(lines[4]).toBe("fc,1,100,1,-0.1,,,5,40,30,55.00000000000001");
});

test("the figure has a line per layer over bit positions; decades are equally far apart beyond 0.01 pp", () => {
  const [conv, fc] = singleBitLoss(results, styles).data as Trace[];
  expect([conv!.name, conv!.x, fc!.name, fc!.x]).toEqual(["conv", [0, 1], "fc", [0, 1]]);
  expect(conv!.y.map((y) => Number(y.toFixed(9)))).toEqual([2, 4]); // 0.1 = 10 x 0.01, 10 = 1000 x 0.01
  expect(fc!.y).toEqual([0.5, -2]); // half of the linear part; a gain of 0.1
});

test("the bars are the intervals, on the figure's scale; a loss without interval has none", () => {
  const [conv, fc] = singleBitLoss(results, styles).data as Trace[];
  expect(conv!.error_y.array).toEqual([0, 0]);
  expect(0.5 - fc!.error_y.arrayminus[0]!).toBeCloseTo(-1, 12); // -0.01
  expect(0.5 + fc!.error_y.array[0]!).toBeCloseTo(1 + Math.log10(2), 12); // 0.02
  expect([fc!.error_y.array[1], fc!.error_y.arrayminus[1]]).toEqual([0, 0]);
});

test("the axis is marked in powers of ten of either sign, and the caption says how the scale goes", () => {
  const { layout } = singleBitLoss(results, styles);
  const { tickvals, ticktext } = layout["yaxis"] as { tickvals: number[]; ticktext: string[] };
  expect(ticktext).toEqual(["-0.1", "-0.01", "0", "0.01", "0.1", "1", "10"]);
  expect(tickvals.map((tick) => Number(tick.toFixed(9)))).toEqual([-2, -1, 0, 1, 2, 3, 4]);
  const [caption] = layout["annotations"] as { text: string }[];
  expect(caption!.text.replaceAll("<br>", " ")).toContain(
    "The vertical scale is linear up to 0.01 pp and logarithmic beyond. Bars: 95 % intervals of layers that were sampled. Exploratory.",
  );
});

test("the figure is plain JSON: nothing is lost by writing it to a file", () => {
  const figure = singleBitLoss(results, styles);
  expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
});

test("an exhaustive analysis says so", () => {
  const whole = { ...results, exploratory: false, summary: results.summary.slice(0, 2) };
  const figure = singleBitLoss(whole, styles);
  const [caption] = figure.layout["annotations"] as { text: string }[];
  expect(caption!.text).toMatch(/Every stored bit was tested\.$/);
});
