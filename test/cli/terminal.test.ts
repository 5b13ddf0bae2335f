import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, test, vi } from "vitest";
import { hasColours, tableText, terminalWidth } from "../../src/cli/terminal.js";
import type { Table } from "../../src/exhibits/index.js";
import { flatenn, temporaryFolder } from "../support/cli.js";

/** What a colour code begins with. */
const ESCAPE = "\u001b";

const terminal = { isTTY: true, columns: 100, hasColors: () => true } as const;
const pipe = { isTTY: false } as const;

function environment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

test("the width is the terminal's, else what COLUMNS says, else 80", () => {
  expect(terminalWidth(terminal, { COLUMNS: "60" })).toBe(100);
  expect(terminalWidth({ ...terminal, columns: 0 }, {})).toBe(80);
  expect(terminalWidth(pipe, { COLUMNS: "60" })).toBe(60);
  for (const COLUMNS of ["", "wide", "-3", "0"]) expect(terminalWidth(pipe, { COLUMNS })).toBe(80);
});

test("colours are for terminals that have them, unless NO_COLOR is set; elsewhere only FORCE_COLOR brings them", () => {
  expect(hasColours(terminal, {})).toBe(true);
  expect(hasColours({ ...terminal, hasColors: () => false }, {})).toBe(false);
  expect(hasColours(terminal, { NO_COLOR: "1" })).toBe(false);
  expect(hasColours(terminal, { NO_COLOR: "1", FORCE_COLOR: "1" })).toBe(false);
  expect(hasColours(terminal, { NO_COLOR: "" })).toBe(true);
  expect(hasColours(terminal, { FORCE_COLOR: "0" })).toBe(false);
  expect(hasColours(pipe, {})).toBe(false);
  expect(hasColours(pipe, { FORCE_COLOR: "1" })).toBe(true);
});

test("supported is green, contradicted red, all else yellow, whatever stands before it, and nothing else has colour", () => {
  environment({ FORCE_COLOR: "1", NO_COLOR: undefined });
  const verdicts = ["supported", "exploratory: contradicted", "inconclusive", "withheld: as contradicted"];
  const table: Table = {
    title: "supported",
    caption: "contradicted",
    columns: [
      { key: "name", title: "name", align: "left" },
      { key: "verdict", title: "verdict", align: "left" },
    ],
    rows: [...verdicts, "-"].map((verdict) => ({ name: "supported", verdict })),
  };
  const text = tableText(table);
  const codes = new RegExp(`${ESCAPE}\\[(\\d+)m(.*?)${ESCAPE}\\[0m`, "g");
  const coloured = [...text.matchAll(codes)].map((found) => found.slice(1));
  expect(coloured).toEqual([32, 31, 33, 33].map((colour, i) => [String(colour), verdicts[i]]));
  environment({ FORCE_COLOR: "0" });
  expect(tableText(table)).toBe(text.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, "g"), ""));
});

describe("flatenn claims", { timeout: 60_000 }, () => {
  it("means the published full study, says so, fits 80 columns of a pipe without colour, and names what it leaves out once", async () => {
    environment({ FORCE_COLOR: undefined, NO_COLOR: undefined, COLUMNS: undefined });
    const { code, stdout } = await flatenn(["claims"]);
    const lines = stdout.split("\n");
    expect(code).toBe(0);
    expect(lines[0]).toBe("Published results: lenet5-fashion, profile full (--profile names another)");
    expect(stdout).toContain("10,000 test images");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain(ESCAPE);
    expect(stdout.match(/Left out/g)).toHaveLength(1);
    expect(stdout.replaceAll("\n", " ")).toContain("--out FILE.csv writes all");
  });

  it("has colours where they are forced, and none in the file that it writes", async () => {
    environment({ FORCE_COLOR: "1", NO_COLOR: undefined });
    const out = join(temporaryFolder(), "claims.md");
    const { stdout } = await flatenn(["claims", "--profile", "quick", "--out", out]);
    expect(stdout).toContain(`${ESCAPE}[32m`);
    expect(readFileSync(out, "utf8")).not.toContain(ESCAPE);
  });

  it("--help of what reads published results says that full is meant, of what computes that quick is", async () => {
    for (const command of ["claims", "verify", "replay", "figures"])
      expect((await flatenn([command, "--help"])).stdout.replaceAll(/\s+/g, " ")).toContain(
        'full (the test of the claims) or quick (exploratory) (default: "full")',
      );
    for (const command of ["reproduce", "train", "campaign", "single-bit"])
      expect((await flatenn([command, "--help"])).stdout).toContain('(default: "quick")');
  });
});
