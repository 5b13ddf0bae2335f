import { describe, expect, test } from "vitest";
import {
  accuracyAgainstRate,
  armStyles,
  type Figure,
  faultStyle,
  styleById,
} from "../../src/exhibits/index.js";
import { mainArms } from "../../src/experiments/study/arms.js";
import { presentation } from "../../src/studies/lenet5-fashion/presentation.js";
import { study, typical } from "./rows.js";

interface Trace {
  name: string;
  mode: string;
  xaxis?: string;
  x: number[];
  y: number[];
  customdata: number[][];
  line: { color: string; dash: string };
  marker: { symbol: string };
}

const lines = ({ data }: Figure) => (data as Trace[]).filter(({ mode }) => mode === "lines+markers");
const notes = ({ layout }: Figure) => (layout["annotations"] as { text: string }[]).map(({ text }) => text);
const rounded = (value: unknown) =>
  JSON.parse(JSON.stringify(value), (_, v) => (typeof v === "number" ? Math.round(v * 1000) / 1000 : v));

test("one line per arm and panel, from the accuracy without faults on, with the rate in percent", () => {
  const figure = accuracyAgainstRate(study(typical));
  expect(lines(figure)).toHaveLength(12);
  const [first] = lines(figure);
  expect(first).toMatchObject({ name: "standard", xaxis: "x", x: [0, 1, 7] });
  // Without faults 901, 902, 903 of 1,000; 900 - 4000 x rate + 6.5 on average with them.
  expect(first!.y.map((y) => y.toFixed(6))).toEqual(["90.200000", "86.650000", "62.650000"]);
  expect(first!.customdata[1]![0]).toBeLessThan(86.65);
  expect(first!.customdata[1]![1]).toBeGreaterThan(86.65);
});

test("colour and dash tell the arm, the marker tells the fault type", () => {
  const results = study(typical);
  const styles = mainArms(results.study).map(armStyles(results));
  for (const trace of lines(accuracyAgainstRate(results))) {
    const { color, dash } = styles.find(({ title }) => title === trace.name)!;
    expect(trace.line).toMatchObject({ color, dash });
    const fault = ["flip", "sa0", "sa1"][["x", "x2", "x3"].indexOf(trace.xaxis!)]!;
    expect(trace.marker.symbol).toBe(faultStyle(fault).marker);
  }
});

test("every fault model has a title; those beside the paper's three share a marker, and a user's own goes by its id", () => {
  expect(["flip", "sa0", "sa1", "none"].map((fault) => faultStyle(fault).title)).toEqual([
    "bit flip",
    "stuck-at-0",
    "stuck-at-1",
    "no faults",
  ]);
  expect(faultStyle("sa0/bits:3")).toEqual({ title: "stuck-at-0, bit 3", marker: "square" });
  expect(faultStyle("mine@12345678")).toEqual({ title: "mine@12345678", marker: "square" });
});

test("arms have six colours of the Okabe-Ito palette, SAQ is dashed", () => {
  const palette = ["#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"];
  const styles = Object.entries(presentation.looks);
  expect(new Set(styles.map(([, { color }]) => color)).size).toBe(6);
  for (const [arm, { color, dash }] of styles) {
    expect(palette).toContain(color);
    expect(dash).toBe(arm.endsWith("-saq") ? "dash" : "solid");
  }
  expect(styleById("randbet")).toMatchObject({ title: "randbet", color: "#000000", dash: "dot" });
});

test("axes have units and the caption says how it was measured", () => {
  const figure = accuracyAgainstRate(study(typical));
  const title = (name: string) => (figure.layout[name] as { title: { text: string } }).title.text;
  expect(notes(figure)).toContain("fault rate per stored weight bit (%)");
  expect(title("yaxis")).toBe("accuracy (%)");
  expect(notes(figure).at(-1)).toBe(
    "lenet5-fashion, profile full · 3 seeds · 4 fault maps · 1,000 test images · W4A4 · offset-binary weight<br>codes. Bands: 95 % intervals over seeds and maps.",
  );
});

test("one seed: the caption says that the bands are over maps only and that the run is exploratory", () => {
  const figure = accuracyAgainstRate(study(typical, { seeds: [1], exploratory: true, split: "validation" }));
  const caption = notes(figure).at(-1)!.replaceAll("<br>", " ");
  expect(caption).toContain("1 seed · 4 fault maps · 1,000 validation images");
  expect(caption).toContain("Bands: 95 % intervals over maps only. Exploratory: not a test of the claims.");
  expect(lines(figure)[0]!.customdata[0]).toEqual([90.1, 90.1]);
});

test("one seed and one map: no bands, and the caption says so", () => {
  const figure = accuracyAgainstRate(study(typical, { seeds: [1], maps: 1 }));
  expect(notes(figure).at(-1)!.replaceAll("<br>", " ")).toContain("No bands: one seed and one map.");
});

test("bands and axes stay within 0 to 100 %", () => {
  const figure = accuracyAgainstRate(study((_, __, ___, seed) => (seed === 1 ? 1000 : 0)));
  for (const { y } of figure.data as Trace[])
    for (const v of y) expect(v === null || (v >= 0 && v <= 100)).toBe(true);
  expect((figure.layout["yaxis"] as { range: number[] }).range).toEqual([0, 100]);
});

test("an arm without trials is left out, of the legend too; without any the figure says so", () => {
  const whole = study(typical);
  const some = accuracyAgainstRate({ ...whole, trials: whole.trials.filter(({ arm }) => arm !== "as") });
  expect(new Set((some.data as Trace[]).map(({ name }) => name.replace(/,.*/, "")))).toEqual(
    new Set(["standard", "standard + SAQ", "AS + SAQ"]),
  );
  const none = accuracyAgainstRate({ ...whole, trials: [], networks: [] });
  expect(none.data).toEqual([]);
  expect(notes(none)).toContain("no trials yet");
  expect(notes(none).at(-1)).toContain("no trials");
});

test("the figure is plain JSON: nothing is lost by writing it to a file", () => {
  const figure = accuracyAgainstRate(study(typical));
  expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
});

test("snapshot, rounded to 3 decimals", async () => {
  const figure = accuracyAgainstRate(study(typical, { arms: ["standard", "as-saq"] }));
  const text = `${JSON.stringify(rounded(figure), null, 1)}\n`;
  await expect(text).toMatchFileSnapshot("snapshots/accuracy-against-rate.json.snap");
});

describe("rates that span more than two decades", () => {
  const rates = [1e-7, 1e-6, 1e-5, 1e-4];
  const figure = accuracyAgainstRate(study((_, __, rate) => 900 - Math.round(1e6 * rate), { rates }));
  const axis = figure.layout["xaxis"] as {
    type: string;
    tickvals: number[];
    ticktext: string[];
    range: number[];
  };

  test("stand apart on a logarithmic axis, with a place for no faults before the smallest", () => {
    const [first] = lines(figure);
    expect(axis.type).toBe("log");
    expect(first!.x.slice(1)).toEqual([1e-5, 1e-4, 1e-3, 1e-2]);
    const places = first!.x.map((x) => (Math.log10(x) - axis.range[0]!) / (axis.range[1]! - axis.range[0]!));
    for (const [i, place] of places.entries()) {
      expect(place).toBeGreaterThan(i === 0 ? 0 : places[i - 1]! + 0.1);
      expect(place).toBeLessThan(1);
    }
    expect(notes(figure).join()).toContain("(%), logarithmic but for 0");
  });

  test("have decades and 0 as labels, and the rate itself in the tooltip", () => {
    const [first] = lines(figure);
    expect(axis.ticktext).toEqual(
      ["0", "-5", "-4", "-3", "-2"].map((n) => (n === "0" ? n : `10<sup>${n}</sup>`)),
    );
    expect(axis.tickvals.slice(1).map((x) => Math.round(Math.log10(x)))).toEqual([-5, -4, -3, -2]);
    expect(first!.customdata.map(([, , rate]) => rate)).toEqual([0, 1e-5, 1e-4, 1e-3, 1e-2]);
  });

  test("and up to two decades on a linear one, which small rates fill as well", () => {
    const small = accuracyAgainstRate(study(typical, { rates: [1e-7, 1e-5] })).layout["xaxis"] as typeof axis;
    expect(small.type).toBeUndefined();
    expect(small.range[1]).toBeCloseTo(1.03e-3, 12);
  });
});

test("the band of an accuracy near 100 % keeps within 0 and 100", () => {
  const right = [1000, 1000, 999, 930];
  const figure = accuracyAgainstRate(study((_, __, ___, ____, map) => right[map] ?? 1000, { seeds: [1] }));
  const [first] = lines(figure);
  const [low, high] = first!.customdata[1]!;
  expect(high).toBeLessThan(100);
  expect(low).toBeGreaterThan(0);
});
