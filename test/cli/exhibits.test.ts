import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { publishedClaims } from "../../src/cli/published-claims.js";
import { claimsTable, discussion, toText } from "../../src/exhibits/index.js";
import {
  publishedDirectory,
  readResultsFrom,
  resultsOf,
  writeResults,
} from "../../src/experiments/results/index.js";
import { surveySelection } from "../../src/experiments/selection/select.js";
import { selectionRecord } from "../../src/experiments/selection/select-results.js";
import { findStudy } from "../../src/studies/index.js";
import { fullStudy, smallResults } from "../exhibits/full-rows.js";
import { flatenn, temporaryFolder } from "../support/cli.js";
import { writeSynthetic } from "../support/synthetic.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const quick = findStudy("lenet5-fashion", "quick");

/** A folder of results of the full study, all of it made up. */
async function publishedFull(): Promise<string> {
  const folder = join(temporaryFolder(), "full");
  const results = smallResults();
  await writeSynthetic(folder, { ...fullStudy, ...results.study }, results);
  return folder;
}

describe("results of the full study", { timeout: 120_000 }, () => {
  it("are read back as they were written, controls and ablations with their settings", async () => {
    const results = smallResults();
    const { trials, ...rest } = await readResultsFrom(await publishedFull());
    const { trials: written, ...expected } = results;
    expect(rest).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(trials.length).toBe(written.length);
  });

  it("have every table and figure", async () => {
    const [folder, out] = [await publishedFull(), join(temporaryFolder(), "figures")];
    const drawn = await flatenn(["figures", "--profile", "full", "--results", folder, "--out", out]);
    expect([drawn.code, drawn.stderr]).toEqual([0, ""]);
    const names = readdirSync(out);
    for (const name of [
      "claims",
      "networks",
      "networks-ablations",
      "controls",
      "ablations",
      "layers",
      "accuracy",
      "encodings",
      "layer-faults",
    ])
      expect(names).toEqual(expect.arrayContaining([`${name}.csv`, `${name}.md`]));
    for (const name of ["accuracy-against-rate", "trade-off", "encodings", "layer-faults"])
      expect(names).toEqual(expect.arrayContaining([`${name}.json`, `${name}.svg`, `${name}.png`]));
    // there are no checkpoints, so no curves, and no training failed
    expect(names.filter((name) => /training-curves|failures|selection/.test(name))).toEqual([]);
    expect(readFileSync(join(out, "discussion.md"), "utf8")).toBe(
      `${discussion(smallResults()).join("\n\n")}\n`,
    );
  });

  it("drawn again without something leave no files of it, and keep what is not theirs", async () => {
    const [folder, out] = [await publishedFull(), join(temporaryFolder(), "figures")];
    vi.stubEnv("FLATENN_CHROMIUM", join(out, "no-browser")); // pictures take long: figures as data will do
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const draw = () => flatenn(["figures", "--profile", "full", "--results", folder, "--out", out]);
    expect((await draw()).code).toBe(0);
    const before = readdirSync(out);
    const catalogue = JSON.parse(readFileSync(join(out, "exhibits.json"), "utf8"));
    const [former] = catalogue.tables;
    catalogue.tables.push({ ...former, name: "former" });
    catalogue.figures.push("former-figure");
    writeFileSync(join(out, "exhibits.json"), JSON.stringify(catalogue));
    for (const name of ["former.csv", "former.md", "former-figure.json", "former-figure.png", "mine.csv"])
      writeFileSync(join(out, name), "");
    const made = "former.csv\nformer.md\nformer-figure.json\nformer-figure.png\n";
    appendFileSync(join(out, ".flatenn-made"), made);
    expect((await draw()).code).toBe(0);
    expect(readdirSync(out)).toEqual([...before, "mine.csv"].sort());
  });

  it("stand beside a rerun of another profile, and not beside one of their own", async () => {
    const folder = await publishedFull();
    const beside = await publishedClaims(quick, folder, (table) => toText(table));
    expect(beside).toContain("Published results of the full study");
    expect(beside).toContain(toText(claimsTable(await readResultsFrom(folder))));
    expect(await publishedClaims(fullStudy, folder)).toBe("");
    expect(await publishedClaims(quick, join(folder, "nowhere"))).toBe("");
    mkdirSync(join(folder, "begun"));
    expect(await publishedClaims(quick, join(folder, "begun"))).toBe("");
  });

  it("are shown by docs/results.md, tables and discussion, between its marks", async () => {
    const folder = await publishedFull();
    const code = `import { resultsPart, withParts } from "./scripts/readme.mjs";
      const results = await resultsPart(${JSON.stringify(folder)});
      const document = "before\\n<!-- results:begin (x) -->\\nstale\\n<!-- results:end -->\\nafter";
      console.log(JSON.stringify([withParts(document, { results }), results]));`;
    const written = execFileSync(process.execPath, ["--input-type=module", "-e", code], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const [document, results] = JSON.parse(written) as [string, string];
    expect(document).toBe(`before\n<!-- results:begin (x) -->\n\n${results}\n\n<!-- results:end -->\nafter`);
    for (const paragraph of discussion(smallResults())) expect(results).toContain(paragraph);
    expect(results.indexOf("### Controls")).toBeLessThan(results.indexOf("### C1\n"));
  });
});

it("the committed quick results are written again with the same bytes", async () => {
  const [folder, committed] = [temporaryFolder(), publishedDirectory(quick.name, quick.profile)];
  const { networks, failures, trials } = await readResultsFrom(committed);
  writeResults(folder, resultsOf(quick, { networks, failures, trials }));
  const read = (directory: string) => readFileSync(join(directory, "results.json"), "utf8");
  expect(read(folder)).toBe(read(committed));
});

describe("a selection", { timeout: 60_000 }, () => {
  it("has a table and a figure of its own", async () => {
    const [folder, out] = [temporaryFolder(), join(temporaryFolder(), "figures")];
    const study = findStudy("lenet5-fashion", "selection");
    const record = selectionRecord(study, surveySelection(study, []));
    writeFileSync(join(folder, "selection.json"), JSON.stringify(record));
    const args = ["figures", "--profile", "selection", "--results", folder, "--out", out];
    expect((await flatenn(args)).code).toBe(0);
    const tables = readdirSync(out).filter((name) => name.startsWith("selection."));
    expect(tables.sort()).toEqual(["selection.csv", "selection.md"]); // nothing is trained yet, so no figure
    expect(readFileSync(join(out, "selection.csv"), "utf8")).toContain("networks are missing");
    expect(existsSync(join(out, "claims.csv"))).toBe(false);
  });
});
