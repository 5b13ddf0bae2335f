import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const MOST_BYTES = 1_000_000;
const PLOTLY = "application/vnd.plotly.v1+json";
const names = readdirSync("notebooks").filter((name) => name.endsWith(".ipynb"));

describe.each(names)("the committed notebook %s", (name) => {
  const path = join("notebooks", name);
  const text = readFileSync(path, "utf8");
  const { cells } = JSON.parse(text) as {
    cells: { cell_type: string; execution_count?: number; outputs?: Output[] }[];
  };
  const code = cells.filter(({ cell_type }) => cell_type === "code");
  const outputs = code.flatMap((cell) => cell.outputs ?? []);
  const bundles = outputs.flatMap(({ data }) => (data ? [data] : []));

  test("has a source that jupytext writes back as it is: ASCII, else it adds a header; no cell without text", () => {
    const source = readFileSync(path.replace(/\.ipynb$/, ".ts"), "latin1");
    expect(/[^\n -~].*/.exec(source)?.[0]).toBeUndefined();
    expect(source).not.toMatch(/^\/\/ %%.*\s+\/\/ %%/m);
  });

  test("is under 1 MB", () => {
    expect(statSync(path).size).toBeLessThan(MOST_BYTES);
  });

  test("was executed whole, from a fresh kernel, without an error or a warning", () => {
    expect(code.map((cell) => cell.execution_count)).toEqual(code.map((_, index) => index + 1));
    expect(outputs.filter(({ output_type, name }) => output_type === "error" || name === "stderr")).toEqual(
      [],
    );
  });

  test("has each figure in one bundle: for plotly, as a PNG, as text", () => {
    const figures = bundles.filter((data) => PLOTLY in data || "image/png" in data);
    for (const data of figures) {
      expect(Object.keys(data).sort()).toEqual([PLOTLY, "image/png", "text/plain"]);
      const png = Buffer.from(String(data["image/png"]), "base64");
      const { width, height } = (data[PLOTLY] as { layout: { width: number; height: number } }).layout;
      // Width and height stand at the beginning of a PNG: scale 1, since front ends show a picture's pixels.
      expect([png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
        "PNG",
        width,
        height,
      ]);
      expect([data["text/plain"]].flat().join("")).toMatch(/^\[figure \d+ x \d+/);
    }
  });

  test("has each table as HTML and text", () => {
    for (const data of bundles.filter((data) => "text/html" in data))
      expect(Object.keys(data).sort()).toEqual(["text/html", "text/plain"]);
  });

  test("needs no network and runs no script: nothing in it is loaded from elsewhere", () => {
    for (const data of bundles) {
      const html = [data["text/html"] ?? ""].flat().join("");
      expect(html).not.toMatch(/<(script|img|link|iframe)|https?:|url\(/i);
      expect(JSON.stringify(data[PLOTLY] ?? {})).not.toMatch(/https?:/);
    }
  });
});
