/** The independent check of published results, in Python (independent/). */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { jupyterPython } from "../../scripts/jupyter.mjs";

const folder = mkdtempSync(join(tmpdir(), "flatenn-independent-"));
const results = join(folder, "altered");
afterAll(() => rmSync(folder, { recursive: true }));

/** `npm run check:independent`, with what it is told. */
function check(...args: string[]): { status: number | null; lines: string[] } {
  const { status, stdout } = spawnSync(process.execPath, ["independent/run.mjs", ...args], {
    encoding: "utf8",
  });
  return { status, lines: stdout.trim().split("\n") };
}

beforeAll(async () => {
  cpSync("data/results/lenet5-fashion-quick", results, { recursive: true });
  const alter = `
import sys, pyarrow, pyarrow.parquet as parquet
path = sys.argv[1]
table = parquet.read_table(path)
row = next(i for i, id in enumerate(table["id"].to_pylist()) if id.startswith("8df79480"))
counts = table["correct"].to_pylist()
counts[row] += 1
place = table.schema.get_field_index("correct")
parquet.write_table(table.set_column(place, table.schema.field(place), pyarrow.array(counts, "int32")), path)`;
  const python = await jupyterPython("../independent/requirements.txt");
  execFileSync(python, ["-c", alter, join(results, "trials.parquet")]);
});

it("finds all of a sample of the quick profile as published", () => {
  const { status, lines } = check("--trials", "3", "--networks", "2", "--sample-seed", "1");
  expect(lines.at(-1)).toMatch(/^everything agrees/);
  expect(lines.filter((line) => /: (\d+) of \1 .* agree$/.test(line))).toHaveLength(5);
  expect(lines.filter((line) => line.includes(": 0 of 0"))).toEqual([]);
  expect(status).toBe(0);
});

it("finds a count that was altered by one image, in its trial and in the claims that rest on it", () => {
  const { status, lines } = check("--results", results, "--trial", "8df79480", "--networks", "1");
  const differences = lines.filter((line) => line.startsWith("  DIFFERS"));
  expect(differences[0]).toMatch(/8df79480\w+ .*, correct: published 219, recomputed 218$/);
  expect(differences[1]).toMatch(/C1, standard - AS, all three, effect_pp: published/);
  expect(lines.at(-1)).toMatch(/^SOMETHING DIFFERS/);
  expect(status).toBe(1);
});

it("finds the count altered even where the trial itself is not in the sample", () => {
  const { status, lines } = check("--results", results, "--trials", "0", "--networks", "0");
  expect(lines.some((line) => line.includes("standard - AS, all three, effect_pp: published"))).toBe(true);
  expect(status).toBe(1);
});

it("imports nothing but Python's own modules, numpy and pyarrow", () => {
  const program = readFileSync("independent/check.py", "utf8");
  const modules = [...program.matchAll(/^\s*(?:import|from) (\w+)/gm)].map(([, name]) => name!);
  const own =
    "argparse csv gzip json math random struct sys time fractions functools itertools pathlib".split(" ");
  expect(new Set(modules)).toEqual(new Set([...own, "numpy", "pyarrow"]));
  expect(program).not.toMatch(/subprocess|os\.system|\bdist\/|\bsrc\//);
});
