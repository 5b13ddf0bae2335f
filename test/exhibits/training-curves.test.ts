import { describe, expect, test } from "vitest";
import { ablationCurves, curvesTable, type Figure, trainingCurves } from "../../src/exhibits/index.js";
import { publishedDirectory, readCurves, readResults } from "../../src/experiments/results/index.js";
import { tInterval } from "../../src/statistics/index.js";
import { fullCurves, smallResults } from "./full-rows.js";

interface Trace {
  name: string;
  xaxis?: string;
  x: number[];
  y: number[];
  line: { color: string };
}
const lines = ({ data }: Figure) => (data as Trace[]).filter(({ xaxis }) => xaxis);
const titles = ({ layout }: Figure) =>
  (layout["annotations"] as { text: string }[]).map(({ text }) => text.replaceAll(/<[^>]*>/g, " ").trim());
const [results, curves] = [smallResults(), fullCurves()];

test("checkpoints keep the curve of their own training, one record per epoch and network", async () => {
  const rows = readCurves(`${publishedDirectory("lenet5-fashion", "quick")}/checkpoints`);
  const counts = new Map<string, number>();
  for (const { arm } of rows) counts.set(arm, (counts.get(arm) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({
    float: 4,
    standard: 3,
    "standard-saq": 3,
    as: 3,
    "as-saq": 3,
  });
  expect(rows.every(({ arm, phase }) => (arm === "float") === (phase === "float"))).toBe(true);
  const drawn = trainingCurves(await readResults("lenet5-fashion", "quick"), rows);
  expect(lines(drawn).length).toBe(2 * 5);
  expect(readCurves("/nowhere")).toEqual([]);
});

describe("the training curves", () => {
  test("have panels for the float network, the arms and the controls, above for the loss, below for the accuracy", () => {
    const figure = trainingCurves(results, curves);
    expect(lines(figure).length).toBe(2 * (1 + 6 + 10));
    expect(titles(figure).slice(0, 3)).toEqual(["float network", "arms", "controls"]);
    expect(titles(figure).at(-1)).toContain("5 seeds · W4A4 if not said otherwise");
    const long = lines(figure).find(({ name }) => name === "standard, 2x epochs")!;
    expect(long.x.at(-1)).toBe(20);
  });

  test("are means over seeds", () => {
    const last = curves.filter(({ arm, epoch }) => arm === "as" && epoch === 10);
    const [loss, accuracy] = lines(trainingCurves(results, curves)).filter(({ name }) => name === "AS");
    expect(loss!.y.at(-1)).toBeCloseTo(tInterval(last.map((row) => row.loss)).mean, 12);
    expect(accuracy!.y.at(-1)).toBeCloseTo(
      100 * tInterval(last.map((row) => row.validationAccuracy)).mean,
      12,
    );
    const row = curvesTable(results, curves).rows.find(({ arm, epoch }) => arm === "as" && epoch === 10)!;
    expect(row).toMatchObject({ seeds: 5, title: "AS" });
    expect(row["loss_sd"]).toBeCloseTo(tInterval(last.map(({ loss }) => loss)).sd, 12);
  });

  test("of ablations have a panel for each, in the colours of the arms in whose place they stand", () => {
    const figure = ablationCurves(results, curves);
    expect(titles(figure).slice(0, 6)).toEqual([
      "observed ranges",
      "W2A2",
      "W3A3",
      "W8A8",
      "8-bit ends",
      "AS-middle",
    ]);
    expect(lines(figure).length).toBe(2 * (5 * 4 + 2));
    expect(titles(figure).at(-1)).toContain("3 seeds");
    const main = lines(trainingCurves(results, curves)).find(({ name }) => name === "AS + SAQ")!;
    expect(lines(figure).find(({ name }) => name === "AS + SAQ")!.line.color).toBe(main.line.color);
  });

  test("leave out what is not trained, and are empty without any network", () => {
    const some = curves.filter(({ arm }) => arm === "float" || arm === "standard");
    expect(lines(trainingCurves(results, some)).length).toBe(2 * 2);
    for (const draw of [trainingCurves, ablationCurves]) expect(draw(results, []).data).toEqual([]);
    expect(curvesTable(results, []).rows).toEqual([]);
  });

  test("snapshot, rounded to 3 decimals", async () => {
    const some = curves.filter(({ arm }) => ["float", "as", "as-saq", "clipped"].includes(arm));
    const rounded = JSON.parse(JSON.stringify(trainingCurves(results, some)), (_, v) =>
      typeof v === "number" ? Math.round(v * 1000) / 1000 : v,
    );
    await expect(`${JSON.stringify(rounded, null, 1)}\n`).toMatchFileSnapshot(
      "snapshots/training-curves.json.snap",
    );
  });
});
