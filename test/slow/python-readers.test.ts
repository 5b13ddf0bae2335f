/** What others read with Python programs of the package index: the trials with pandas, the citation with cffconvert. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { pythonWith } from "../support/python.js";

const folder = mkdtempSync(join(tmpdir(), "flatenn-readers-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("the snippet of docs/reading-trials.md prints what summary.csv has", () => {
  const [, snippet] = /```python\n([\s\S]*?)```/.exec(readFileSync("docs/reading-trials.md", "utf8"))!;
  const python = pythonWith(join(folder, "pandas"), "pandas==2.3.3", "pyarrow==22.0.0");
  const [, , ...printed] = python(["-c", snippet!]).trimEnd().split("\n");
  let group: string[] = [];
  const rows = printed.map((line) => {
    const cells = line.trim().split(/\s+/);
    // pandas leaves out what stands in the line above.
    group = [...group.slice(0, 7 - cells.length), ...cells.slice(0, cells.length - 3)];
    return [...group, ...cells.slice(-3)];
  });
  const [, ...summary] = readFileSync("data/results/lenet5-fashion-quick/summary.csv", "utf8")
    .trim()
    .split("\n");
  const expected = summary.map((line) => {
    const [arm, seed, , , fault, rate, maps, , accuracy, deviation] = line.split(",");
    return [
      arm,
      seed,
      fault,
      Number(rate),
      Number(accuracy),
      deviation === "" ? NaN : Number(deviation),
      Number(maps),
    ];
  });
  const numeric = rows.map(([arm, seed, fault, ...numbers]) => [arm, seed, fault, ...numbers.map(Number)]);
  expect(numeric).toEqual(expected);
}, 300_000);

it("CITATION.cff is valid, and gives a citation of this version", () => {
  const python = pythonWith(join(folder, "cffconvert"), "cffconvert==2.0.0");
  const convert = (...args: string[]) => python(["-c", "from cffconvert.cli.cli import cli; cli()", ...args]);
  expect(convert("--validate")).toContain("valid");
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(convert("-f", "apalike")).toContain(`(version ${version})`);
}, 300_000);
