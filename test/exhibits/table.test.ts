import { describe, expect, test } from "vitest";
import { fixed, wrap } from "../../src/exhibits/forms/table.js";
import { type Column, type Table, toCsv, toHtml, toMarkdown, toText } from "../../src/exhibits/index.js";

const table: Table = {
  title: "Title",
  caption: "A caption & more.",
  columns: [
    { key: "arm", title: "arm", align: "left" },
    { key: "x", title: "effect", unit: "pp", align: "right", interval: { low: "lo", high: "hi" } },
    { key: "acc", title: "accuracy", unit: "%", align: "right", decimals: 1, spread: "sd" },
    { key: "more", title: "more", align: "left", detail: true },
    { key: "raw", title: "raw", align: "right", csvOnly: true },
  ],
  rows: [
    { arm: "a|b", x: 1 / 3, lo: -0.001, hi: 2, acc: 90, sd: 0.25, more: "<i>", raw: 0.1 },
    { arm: 'say "x", y', x: -1.005, lo: NaN, hi: NaN, acc: 5, sd: null, more: "m", raw: null },
    { arm: "c", x: null, lo: null, hi: null, acc: NaN, sd: NaN, more: "", raw: 1e-7 },
  ],
};

test("toCsv has keys as header, every digit, quotes where needed, and nothing for what is not known", () => {
  expect(toCsv(table)).toBe(
    [
      "arm,x,lo,hi,acc,sd,more,raw",
      "a|b,0.3333333333333333,-0.001,2,90,0.25,<i>,0.1",
      '"say ""x"", y",-1.005,,,5,,m,',
      "c,,,,,,,1e-7",
      "",
    ].join("\n"),
  );
});

test("toMarkdown has fixed decimals, escaped bars and the caption below", () => {
  expect(toMarkdown(table)).toBe(
    [
      "### Title",
      "",
      "| arm | effect (pp) [95 % interval] | accuracy (%) ± sd | more |",
      "|:---|---:|---:|:---|",
      "| a\\|b | 0.33 [0.00, 2.00] | 90.0 ± 0.3 | &lt;i> |",
      '| say "x", y | -1.00 | 5.0 | m |',
      "| c | - | - |  |",
      "",
      "A caption & more.",
      "",
    ].join("\n"),
  );
});

test("toHtml escapes every text", () => {
  const html = toHtml(table);
  expect(html).toContain("A caption &amp; more.");
  expect(html).toContain('<td style="text-align:left">&lt;i&gt;</td>');
  expect(html).toContain("say &quot;x&quot;, y");
  expect(html.match(/<tr>/g)).toHaveLength(4);
  expect(html).not.toContain("raw");
});

test("toText is aligned, without details, and folds nothing where all fits", () => {
  expect(toText(table, { width: 44 })).toBe(
    [
      "Title",
      "",
      "arm                       effect    accuracy",
      "            (pp) [95 % interval]    (%) ± sd",
      "----------  --------------------  ----------",
      "a|b            0.33 [0.00, 2.00]  90.0 ± 0.3",
      'say "x", y                 -1.00         5.0',
      "c                              -           -",
      "",
      "A caption & more.",
      "",
    ].join("\n"),
  );
});

describe("a table that is wider than its place", () => {
  const long: Table = {
    title: "Title",
    caption: "A caption & more.",
    columns: [
      { key: "arm", title: "name of the arm", align: "left" },
      { key: "x", title: "effect", align: "right", interval: { low: "lo", high: "hi" } },
      { key: "note", title: "note", align: "left", spare: 1 },
      { key: "y", title: "other", align: "right", spare: 2 },
    ],
    rows: [{ arm: "standard + sharpness-aware training", x: 1, lo: 0, hi: 2, note: "short", y: 5 }],
  };

  const lines = (width: number) => toText(long, { width, elsewhere: "a file has them" }).split("\n");

  test("has its texts folded at their spaces, numbers never", () => {
    expect(lines(62).slice(2, 7)).toEqual([
      "name of the arm                        effect  note   other",
      "                              [95 % interval]",
      "--------------------------  -----------------  -----  -----",
      "standard + sharpness-aware  1.00 [0.00, 2.00]  short   5.00",
      "training",
    ]);
  });

  test("then leaves out spare columns, the largest number first, and says once which, and where they are", () => {
    expect(lines(58).slice(2)).toEqual([
      "name of the arm                        effect  note",
      "                              [95 % interval]",
      "--------------------------  -----------------  -----",
      "standard + sharpness-aware  1.00 [0.00, 2.00]  short",
      "training",
      "",
      "Left out to fit 58 characters: other; a file has them.",
      "",
      "A caption & more.",
      "",
    ]);
    expect(lines(90).join()).not.toContain("Left out");
  });

  test("then folds more, and at last leaves out from the right what is not spare, but never the first", () => {
    expect(lines(36)[5]).toBe("standard +       1.00 [0.00, 2.00]");
    expect(lines(20).slice(2, 7)).toEqual([
      "name of the arm",
      "---------------",
      "standard +",
      "sharpness-aware",
      "training",
    ]);
    expect(lines(20).join(" ")).toContain("Left out to fit 20 characters: effect, note, other;");
  });

  test("never has a line beyond the width, from that of its longest word on", () => {
    for (let width = 15; width < 100; width++)
      expect(Math.max(...lines(width).map(({ length }) => length))).toBeLessThanOrEqual(width);
  });

  test("has colour codes that take no room, and none in lines without them", () => {
    const plain = toText(long, { width: 58 });
    const painted = toText(long, {
      width: 58,
      paint: (piece, cell, { key }) => (key === "note" && cell === "short" ? `<${piece}>` : piece),
    });
    expect(painted).toContain("<short>");
    expect(painted.replaceAll(/[<>]/g, "")).toBe(plain);
  });
});

test("numbers keep the significant digits that their decimals would lose", () => {
  const rates = [0, 1e-9, 1e-7, 2.5e-5, 1e-4, 0.001, 0.0125, 0.05, 1 / 3, 1];
  const of = (more: Partial<Column>) => ({
    title: "",
    caption: "",
    columns: [{ key: "rate", title: "rate", align: "left" as const, decimals: 3, ...more }],
    rows: rates.map((rate) => ({ rate })),
  });
  expect(
    toText(of({ significant: 4 }))
      .trim()
      .split("\n")
      .slice(2),
  ).toEqual(["0.000", "1e-9", "1e-7", "2.5e-5", "1e-4", "0.001", "0.0125", "0.050", "0.3333", "1.000"]);
  expect(toMarkdown(of({}))).toContain("| 0.013 |");
  expect(toCsv(of({ significant: 4 }))).toContain("0.3333333333333333");
});

test("a table without rows still has its header", () => {
  const empty = { ...table, rows: [], caption: "" };
  expect(toCsv(empty)).toBe("arm,x,lo,hi,acc,sd,more,raw\n");
  expect(toText(empty)).toContain("accuracy");
  expect(toMarkdown(empty).endsWith("|:---|---:|---:|:---|\n")).toBe(true);
});

test("a row that lacks a column is an error", () => {
  expect(() => toCsv({ ...table, rows: [{ arm: "a" }] })).toThrow('table row has no "x"');
});

test("fixed never prints a negative zero, and a dash for what is not a number", () => {
  expect([fixed(-0.001, 2), fixed(-0.006, 2), fixed(NaN, 2), fixed(null, 2), fixed(12, 0)]).toEqual([
    "0.00",
    "-0.01",
    "-",
    "-",
    "12",
  ]);
});

test("wrap keeps words whole", () => {
  expect(wrap("aa bb cccccc d", 5)).toEqual(["aa bb", "cccccc", "d"]);
  expect(wrap("", 5)).toEqual([""]);
});
