import { expect, test } from "vitest";
import {
  accuracyTable,
  claims,
  encodingFigure,
  encodingTable,
  type Figure,
  faultStyle,
  layerFaultsFigure,
  layerFaultsTable,
  toCsv,
} from "../../src/exhibits/index.js";
import type { Results, TrialRow } from "../../src/experiments/results/rows.js";
import { pairedEffect } from "../../src/statistics/index.js";
import { type Changes, changed, IMAGES, study, typical } from "./rows.js";

interface Dots {
  name: string;
  xaxis: string;
  x: number[];
  y: number[];
  customdata: [string, number, number][];
  marker: { symbol: string; color: string };
  error_y: { array: number[]; arrayminus: number[] };
}

const LAYERS = ["conv1", "fc1"];
const extra = { arms: ["as", "standard"], seeds: 2, rates: [0.07], maps: 2 };

/** A study with Gray codes, where every trial is right on 7 images more, and with layers, where it is on 10 or 20 fewer. */
function withExtras(options: Changes = {}): Results {
  const main = study(typical, options);
  const chosen = main.trials.filter(
    ({ arm, seed, rate, map }) => extra.arms.includes(arm) && seed < 3 && rate === 0.07 && map < 2,
  );
  const again = (change: (row: TrialRow) => Partial<TrialRow>) =>
    chosen.map((row): TrialRow => {
      const changes = change(row);
      return { ...row, ...changes, id: `${row.id}/${changes.encoding}/${changes.layer}` };
    });
  const gray = again(({ correct }) => ({ encoding: "gray", correct: correct + 7 }));
  const layers = LAYERS.flatMap((layer, i) =>
    again(({ arm, seed }) => ({
      layer,
      correct: typical(arm, "none", 0, seed, -1) - 10 * (i + 1),
      exposed: 600 * (i + 1),
    })),
  );
  return changed(main, {
    networks: main.networks.map((row) => ({ ...row, clipRatioByLayer: { conv1: 2, fc1: 3 } })),
    trials: [...gray, ...main.trials, ...layers],
    extras: [
      { ...extra, id: "gray", encoding: "gray" },
      { ...extra, id: "layers", layers: "each" },
    ],
    ...options,
  });
}

const dotsOf = ({ data }: Figure) => (data as Dots[]).filter(({ xaxis }) => xaxis !== undefined);
const caption = ({ layout }: Figure) =>
  (layout["annotations"] as { text: string }[]).at(-1)!.text.replaceAll("<br>", " ");

test("trials of extra campaigns change nothing in the tables and claims of the main one", () => {
  const [plain, more] = [study(typical), withExtras()];
  expect(accuracyTable(more)).toEqual(accuracyTable(plain));
  expect(claims(more, { resamples: 10 })).toEqual(claims(plain, { resamples: 10 }));
});

test("the encoding table has the arms, rates, seeds and maps of the extra campaign, and the main encoding first", () => {
  const { rows, caption } = encodingTable(withExtras());
  expect(rows.map(({ arm, fault, rate }) => [arm, fault, rate])).toEqual(
    ["standard", "as"].flatMap((arm) => ["flip", "sa0", "sa1"].map((fault) => [arm, fault, 0.07])),
  );
  const values = [1, 2].map((seed) =>
    [0, 1].map((map) => (100 * typical("standard", "flip", 0.07, seed, map)) / IMAGES),
  );
  const { mean, low, high } = pairedEffect(values);
  const [first] = rows;
  expect(first!["accuracy_pct_offset-binary"]).toBeCloseTo(mean, 10);
  expect(first!["accuracy_pct_offset-binary_low"]).toBeCloseTo(low, 10);
  expect(first!["accuracy_pct_gray"]).toBeCloseTo(mean + 0.7, 10);
  expect(first!["accuracy_pct_gray_high"]).toBeCloseTo(high + 0.7, 10);
  expect(caption).toContain("2 seeds · 2 fault maps");
  expect(caption).toContain("offset-binary and gray weight codes");
});

test("the layer table has the accuracy lost by layer, each seed from its own accuracy without faults", () => {
  const { rows, columns, caption } = layerFaultsTable(withExtras());
  expect(rows.length).toBe(2 * 3);
  for (const row of rows) {
    expect(row["drop_pp_conv1"]).toBeCloseTo(1, 10);
    expect(row["drop_pp_fc1"]).toBeCloseTo(2, 10);
    expect(row["drop_pp_fc1_high"]).toBeCloseTo(2, 10);
  }
  expect(columns.filter(({ interval }) => interval).map(({ title }) => title)).toEqual(LAYERS);
  expect(caption).toContain("stored bits: conv1 600, fc1 1,200.");
});

test("what is not complete is left blank with its reason, and left out of the figure", () => {
  const whole = withExtras();
  const gap = whole.trials.findIndex(({ arm, encoding }) => arm === "as" && encoding === "gray");
  const results = { ...whole, trials: whole.trials.filter((_, i) => i !== gap) };
  const row = encodingTable(results).rows.find(({ arm, fault }) => arm === "as" && fault === "flip")!;
  expect(row).toMatchObject({
    accuracy_pct_gray: null,
    basis: "1 of 4 trials of as under flip at rate 0.07 are missing",
  });
  expect(row["accuracy_pct_offset-binary"]).toBeGreaterThan(0);
  const categories = dotsOf(encodingFigure(results)).map(({ customdata }) =>
    customdata.map(([name]) => name),
  );
  expect(categories.filter((names) => names.length === 2).length).toBe(5);
  expect(categories.filter((names) => names.length === 1)).toEqual([["offset-binary"]]);
});

test("a study without extra campaigns has empty tables and figures", () => {
  const plain = study(typical);
  expect([encodingTable(plain).rows, layerFaultsTable(plain).rows]).toEqual([[], []]);
  for (const figure of [encodingFigure(plain), layerFaultsFigure(plain)]) {
    expect(figure.data).toEqual([]);
    expect(JSON.stringify(figure.layout["annotations"])).toContain("no trials yet");
  }
});

test("a figure has a panel per rate and fault type, and in it a dot per arm and category with its interval", () => {
  const two = withExtras({ extras: [{ ...extra, rates: [0.01, 0.07], id: "layers", layers: "each" }] });
  const figure = layerFaultsFigure(two);
  // nothing was measured in single layers at rate 0.01, the first row of panels
  expect([...new Set(dotsOf(figure).map(({ xaxis }) => xaxis))]).toEqual(["x4", "x5", "x6"]);
  expect(Object.keys(figure.layout).filter((key) => key.startsWith("xaxis")).length).toBe(6);
  for (const { name, xaxis, x, y, marker } of dotsOf(figure)) {
    expect(["standard", "AS"]).toContain(name);
    expect(marker.symbol).toBe(faultStyle(["flip", "sa0", "sa1"][Number(xaxis.slice(1)) - 4]!).marker);
    expect(x.map((at) => Math.abs(Math.round(at)))).toEqual([0, 1]);
    expect(y.map((drop) => drop.toFixed(9))).toEqual(["1.000000000", "2.000000000"]);
  }
  const titles = ["yaxis", "yaxis4"].map(
    (name) => (figure.layout[name] as { title: { text: string } }).title.text,
  );
  expect(titles).toEqual(["rate 1 %<br>drop (pp)", "rate 7 %<br>drop (pp)"]);
});

test("arms of a category stand side by side in display order, SAQ with open marks", () => {
  const arms = ["standard", "standard-saq", "as", "as-saq"];
  const all = withExtras({ extras: [{ id: "layers", layers: "each", rates: [0.07], seeds: 2, maps: 2 }] });
  const trials = arms.flatMap((arm) =>
    all.trials.flatMap((row): TrialRow[] => (row.arm === "as" && row.layer !== "" ? [{ ...row, arm }] : [])),
  );
  const figure = layerFaultsFigure({ ...all, trials });
  const first = dotsOf(figure).filter(({ xaxis }) => xaxis === "x");
  expect(first.map(({ name }) => name)).toEqual(["standard", "standard + SAQ", "AS", "AS + SAQ"]);
  const places = first.map(({ x }) => x[0]!);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
  expect(places.every((x) => Math.abs(x) < 0.5)).toBe(true);
  expect(first.map(({ marker }) => marker.symbol)).toEqual([
    "circle",
    "circle-open",
    "circle",
    "circle-open",
  ]);
});

test("intervals stay within the quantity's bounds, and each row's axis holds them and the accuracy without faults", () => {
  const wild = (_: string, fault: string, __: number, seed: number) =>
    fault === "none" ? 900 : seed === 1 ? 1000 : 0;
  const plain = study(wild);
  const gray = plain.trials.map((row): TrialRow => ({ ...row, id: `${row.id}/gray`, encoding: "gray" }));
  const figure = encodingFigure(
    changed(plain, { trials: [...plain.trials, ...gray], extras: [{ id: "gray", encoding: "gray" }] }),
  );
  for (const { customdata } of dotsOf(figure))
    for (const [, low, high] of customdata) expect([low >= 0, high <= 100]).toEqual([true, true]);
  expect((figure.layout["yaxis"] as { range: number[] }).range).toEqual([0, 100]);
  const calm = encodingFigure(withExtras()).layout["yaxis"] as { range: [number, number] };
  expect(calm.range[1]).toBeGreaterThan(90.2);
});

test("captions say how it was measured; figures and tables are plain data", () => {
  const figure = layerFaultsFigure(withExtras({ exploratory: true, split: "validation" }));
  expect(caption(figure)).toContain("2 seeds · 2 fault maps · 1,000 validation images");
  expect(caption(figure)).toContain(
    "Bars: 95 % intervals of the means. Exploratory: not a test of the claims.",
  );
  expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
  expect(toCsv(encodingTable(withExtras())).split("\n")[0]).toBe(
    "arm,arm_title,fault,fault_title,rate,accuracy_pct_offset-binary,accuracy_pct_offset-binary_low," +
      "accuracy_pct_offset-binary_high,accuracy_pct_gray,accuracy_pct_gray_low,accuracy_pct_gray_high,basis",
  );
});
