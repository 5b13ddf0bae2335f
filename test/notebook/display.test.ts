import { createRequire } from "node:module";
import { afterEach, describe, expect, test, vi } from "vitest";
import { describeFigure } from "../../src/exhibits/forms/describe-figure.js";
import type { Figure } from "../../src/exhibits/forms/figure.js";
import type { Table } from "../../src/exhibits/forms/table.js";
import {
  cellSignal,
  emit,
  inKernel,
  show,
  showIfAny,
  showProgress,
  showTable,
  showText,
} from "../../src/notebook/index.js";

const figure: Figure = {
  data: [
    { type: "scatter", name: "standard", y: [1, 2] },
    { type: "scatter", name: "standard", y: [1, 1] },
    { type: "scatter", name: "band", showlegend: false },
    { type: "scatter" },
  ],
  layout: { width: 640, height: 360, title: { text: "<b>Loss</b>" } },
};

const table: Table = {
  title: "Networks",
  caption: "One seed.",
  columns: [
    { key: "arm", title: "arm", align: "left" },
    { key: "accuracy", title: "accuracy", unit: "%", align: "right" },
  ],
  rows: [{ arm: "a < b", accuracy: 88.123 }],
};

interface Sent {
  data: Record<string, unknown>;
  transient: { display_id?: string };
  replaces: boolean;
}

/** Puts a stand-in for tslab's module where the display looks for the sender, and returns what was sent. */
function pretendKernel(): Sent[] {
  const sent: Sent[] = [];
  const { cache } = createRequire(import.meta.url);
  const exports = {
    lastWriteDisplayData: (message: Omit<Sent, "replaces">, replaces: boolean) =>
      sent.push({ ...message, replaces }),
  };
  cache["/elsewhere/tslab/dist/jupyter.js"] = {
    filename: "/elsewhere/tslab/dist/jupyter.js",
    exports,
  } as NodeJS.Module;
  return sent;
}

afterEach(() => {
  delete createRequire(import.meta.url).cache["/elsewhere/tslab/dist/jupyter.js"];
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const halfway = (done: number) => ({ done, of: 4, rate: 2, unit: "trials/s" as const, note: "" });

describe("outside a kernel", () => {
  test("a cell's signal is one that nobody aborts", () => {
    expect(cellSignal().aborted).toBe(false);
  });

  test("of progress only the end is printed", () => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    const report = showProgress("faults");
    for (const done of [1, 2, 4]) report(halfway(done));
    expect(log.mock.calls).toEqual([["faults: 4 of 4"]]);
  });

  test("nothing is emitted, and nothing throws", () => {
    expect(inKernel()).toBe(false);
    expect(emit({ "text/plain": "x" })).toBe(false);
  });

  test("a figure is printed as one line of text", async () => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    await show(figure);
    expect(log.mock.calls).toEqual([["[figure 640 x 360: Loss (standard)]"]]);
  });

  test("a table is printed as text", () => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    showTable(table);
    expect(log.mock.calls[0]![0]).toMatch(/^Networks\n.*accuracy.*a < b +88\.12\n\nOne seed\.$/s);
  });
});

describe("describeFigure", () => {
  test("names the axes where there is no title, passing over axes that have none", () => {
    const layout = {
      width: 1,
      height: 2,
      xaxis: { title: { text: "" } },
      xaxis2: { title: "rate" },
      yaxis: { title: "loss" },
    };
    expect(describeFigure({ data: [], layout })).toBe("[figure 1 x 2: loss against rate]");
  });

  test("says the size of a figure that says nothing", () => {
    expect(describeFigure({ data: [], layout: { width: 1, height: 2 } })).toBe("[figure 1 x 2]");
  });
});

describe("in a kernel", () => {
  test("progress is one output that is replaced, and ends without a time", () => {
    const sent = pretendKernel();
    const report = showProgress("faults");
    for (const done of [1, 2, 3, 4]) report(halfway(done));
    expect(sent.map(({ replaces }) => replaces)).toEqual([false, true]); // the second and third came too soon
    expect(sent[0]!.transient.display_id).toBe(sent[1]!.transient.display_id);
    expect(sent.map(({ data }) => data["text/plain"])).toEqual([
      "faults: 25 %, 2.0 trials/s",
      "faults: 4 of 4",
    ]);
    showProgress("other")(halfway(4));
    expect(sent[2]!.transient.display_id).not.toBe(sent[1]!.transient.display_id);
  });

  test("a table goes out as HTML and text in one message", () => {
    const sent = pretendKernel();
    showTable(table);
    expect(sent).toHaveLength(1);
    expect(Object.keys(sent[0]!.data)).toEqual(["text/html", "text/plain"]);
    expect(sent[0]!.data["text/html"]).toContain("a &lt; b</td>");
  });

  test("rows become a table whose columns are the keys, numbers unrounded and to the right", () => {
    const sent = pretendKernel();
    showTable([
      { name: "lr", value: 0.123456 },
      { name: "none", value: null },
    ]);
    expect(sent[0]!.data["text/plain"]).toBe(
      "name     value\n----  --------\nlr    0.123456\nnone         -",
    );
    expect(sent[0]!.data["text/html"]).toMatch(/<th style="text-align:right">value<\/th>/);
    expect(sent[0]!.data["text/html"]).not.toContain("caption");
  });

  test("no rows give an empty table", () => {
    const sent = pretendKernel();
    showTable([]);
    expect(sent[0]!.data["text/html"]).toContain("<table>");
  });

  test("finished HTML is passed on, with its text beside it", () => {
    const sent = pretendKernel();
    showTable("<table><tr><th>a</th><th>b</th></tr><tr><td>1 &lt; 2</td><td>x</td></tr></table>");
    expect(sent[0]!.data["text/plain"]).toBe("a  b\n1 < 2  x");
  });

  test("paragraphs go out as HTML, escaped, and as lines of text", () => {
    const sent = pretendKernel();
    const long = `a <b> & c ${"word ".repeat(30)}`.trim();
    showText([long, "second"]);
    expect(sent[0]!.data["text/html"]).toMatch(/^<p>a &lt;b> &amp; c word .*<\/p>\n<p>second<\/p>\n$/);
    const lines = String(sent[0]!.data["text/plain"]).split("\n");
    expect(lines.slice(-2)).toEqual(["", "second"]);
    expect(lines.every((line) => line.length <= 110)).toBe(true);
  });

  test("a figure without a browser still goes out, interactive and as text, with a warning", async () => {
    const sent = pretendKernel();
    vi.stubEnv("FLATENN_CHROMIUM", "/no/such/chrome");
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    await show(figure);
    expect(sent).toHaveLength(1);
    expect(sent[0]!.data).toEqual({
      "application/vnd.plotly.v1+json": figure,
      "text/plain": "[figure 640 x 360: Loss (standard)]",
    });
    expect(warn.mock.calls[0]![0]).toContain("FLATENN_CHROMIUM");
  });
});

describe("showIfAny()", () => {
  test("shows a table as showTable() does, and says what is missing of a table or figure that is empty", async () => {
    const sent = pretendKernel();
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await showIfAny(table, "networks");
    showTable(table);
    expect(sent).toHaveLength(2);
    expect(sent[0]!.data).toEqual(sent[1]!.data);
    await showIfAny({ ...table, rows: [] }, "networks");
    await showIfAny({ ...figure, data: [] }, "curves");
    expect(sent).toHaveLength(2);
    expect(log.mock.calls).toEqual([["These results have no networks."], ["These results have no curves."]]);
  });
});
