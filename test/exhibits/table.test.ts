import { expect, test } from "vitest";
import { fixed, wrap } from "../../src/exhibits/forms/table.js";
import { type Table, toCsv, toHtml, toMarkdown, toText } from "../../src/exhibits/index.js";

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

test("toText is aligned, fits a terminal by leaving out details, and wraps the caption", () => {
  expect(toText(table, { width: 12 })).toBe(
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
      "A caption &",
      "more.",
      "",
    ].join("\n"),
  );
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
