import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Figure } from "../../../src/exhibits/forms/figure.js";
import { canUnpack, openRenderer, type Renderer } from "../../../src/publishing/rendering/index.js";

const own = process.env["FLATENN_CHROMIUM"];
const browserCanExist = canUnpack() || (own !== undefined && existsSync(own));

/** Three points and one line through them, on an axis from 0 to 10. */
const line: Figure = {
  data: [{ type: "scatter", mode: "lines+markers", x: [0, 5, 10], y: [0, 10, 5], name: "arm & <one>" }],
  layout: {
    width: 400,
    height: 300,
    showlegend: true,
    title: { text: "Accuracy against rate" },
    xaxis: { range: [0, 10], title: { text: "rate (%)" } },
    yaxis: { range: [0, 10] },
  },
};
const bars: Figure = {
  data: [{ type: "bar", x: ["a", "b"], y: [1, 2] }],
  layout: { width: 300, height: 200 },
};
const scratches = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`flatenn-browser-${process.pid}-`));

describe.skipIf(!browserCanExist)("a renderer", { timeout: 60_000 }, () => {
  let renderer: Renderer;
  beforeAll(async () => {
    renderer = await openRenderer();
  }, 60_000);
  afterAll(() => renderer.close());

  test("draws an SVG with the figure's texts, its line and its markers", async () => {
    const svg = (await renderer.draw(line, "svg")).toString();
    expect(svg).toMatch(/^<svg [^>]*height="300"[^>]*width="400"/);
    for (const text of ["Accuracy against rate", "rate (%)", "arm &amp; &lt;one&gt;"])
      expect(svg).toContain(`>${text}<`);
    expect(svg.match(/class="point"/g)).toHaveLength(3);
    const points = /class="js-line" d="M([^"]+)"/
      .exec(svg)![1]!
      .split("L")
      .map((point) => point.split(",").map(Number));
    expect(points).toHaveLength(3);
    // The middle point lies midway in x, and as far above the last as that is above the first.
    expect(points[1]![0]! - points[0]![0]!).toBeCloseTo(points[2]![0]! - points[1]![0]!, 1);
    expect(points[2]![1]! - points[1]![1]!).toBeCloseTo(points[0]![1]! - points[2]![1]!, 1);
  });

  test("draws the same bytes again, whatever was drawn in between", async () => {
    const first = await renderer.draw(line, "svg");
    const picture = await renderer.draw(line, "png");
    await renderer.draw(bars, "svg");
    expect((await renderer.draw(line, "svg")).equals(first)).toBe(true);
    expect((await renderer.draw(line, "png")).equals(picture)).toBe(true);
  });

  test("draws figures asked for at once as it draws them one by one", async () => {
    const [a, b] = await Promise.all([renderer.draw(line, "svg"), renderer.draw(bars, "svg")]);
    expect((await renderer.draw(bars, "svg")).equals(b)).toBe(true);
    expect((await renderer.draw(line, "svg")).equals(a)).toBe(true);
  });

  test("draws the same bytes in another browser process", async () => {
    const other = await openRenderer();
    try {
      for (const format of ["svg", "png"] as const) {
        expect((await other.draw(line, format)).equals(await renderer.draw(line, format))).toBe(true);
      }
    } finally {
      await other.close();
    }
  });

  test("a PNG has scale times the layout's size", async () => {
    const size = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];
    expect(size(await renderer.draw(line, "png"))).toEqual([400, 300]);
    expect(size(await renderer.draw(line, "png", { scale: 2 }))).toEqual([800, 600]);
  });

  test("text is visible: a title changes the picture", async () => {
    const untitled = { ...line, layout: { ...line.layout, title: { text: "\u00a0" } } };
    expect((await renderer.draw(untitled, "png")).equals(await renderer.draw(line, "png"))).toBe(false);
  });

  test("an empty figure is drawn as an empty one", async () => {
    const svg = (await renderer.draw({ data: [], layout: { width: 100, height: 80 } }, "svg")).toString();
    expect(svg).toMatch(/^<svg [^>]*height="80"[^>]*width="100"/);
  });

  test("a size that is no positive number is refused by name, and the next figure still drawn", async () => {
    const wrong = { ...bars, layout: { width: 0, height: 10 } };
    await expect(renderer.draw(wrong, "svg")).rejects.toThrow(
      "layout.width must be a positive number, got 0",
    );
    await expect(renderer.draw(bars, "png", { scale: Number.NaN })).rejects.toThrow(
      "scale must be a positive number",
    );
    await expect(renderer.draw(bars, "svg")).resolves.toBeInstanceOf(Buffer);
  });

  test("closing twice is harmless, leaves no directory, and ends drawing", async () => {
    const before = scratches();
    const other = await openRenderer();
    expect(scratches()).toHaveLength(before.length + 1);
    await other.close();
    await other.close();
    expect(scratches()).toEqual(before);
    await expect(other.draw(bars, "svg")).rejects.toThrow("closed");
  });
});
