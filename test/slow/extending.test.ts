import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { applied, readRecipes } from "../support/recipes.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const recipes = readRecipes(join(ROOT, "docs", "extending.md"));
const folder = mkdtempSync(join(tmpdir(), "flatenn-extending-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The recipes' files, below or beside `src/`, in a folder. */
function write(into: string, inSource: boolean) {
  for (const [name, text] of recipes.files) {
    if (name.startsWith("src/") !== inSource) continue;
    mkdirSync(dirname(join(into, name)), { recursive: true });
    writeFileSync(join(into, name), text);
  }
}

describe("docs/extending.md", () => {
  it("adds a data set, a network, a study with a claim, a fault model and a table from a package of one's own", () => {
    const own = join(folder, "own");
    mkdirSync(join(own, "node_modules"), { recursive: true });
    symlinkSync(ROOT, join(own, "node_modules", "flatenn"));
    write(own, false);
    writeFileSync(join(own, "package.json"), '{ "type": "module" }\n');
    const outputs = recipes.commands.map((command) => {
      const [program, ...args] = command.split(" ");
      const flatenn = [join(ROOT, "dist", "cli", "main.js"), ...args.slice(1)];
      const options = {
        cwd: own,
        encoding: "utf8",
        env: { ...process.env, FLATENN_CHROMIUM: "none" },
      } as const;
      return execFileSync(process.execPath, program === "npx" ? flatenn : args, options);
    });
    const all = outputs.join("\n");
    expect(outputs[0]).toMatch(/Bars.*320.*80/s);
    expect(all).toContain("What was checked is right");
    expect(all).toMatch(/bit reads its neighbour/);
    expect(all).toMatch(/Q1 +flat|Q1 +.*SAQ/);
    expect(outputs.at(-1)).toContain("The worst trial");
    const study = JSON.parse(readFileSync(join(own, "run", "study.json"), "utf8"));
    expect(study.model.nodes).toHaveLength(7);
    expect(study.dataset).toMatchObject({ name: "bars", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(existsSync(join(own, "figures", "claims.csv"))).toBe(true);
  }, 300_000);

  it("adds a penalty, a gradient rule, an encoding and an exhibit by one file and one line each, which compiles and works", async () => {
    const clone = join(folder, "clone");
    cpSync(join(ROOT, "src"), join(clone, "src"), { recursive: true });
    for (const name of ["package.json", "tsconfig.json", "data"]) {
      if (name === "data") symlinkSync(join(ROOT, name), join(clone, name));
      else cpSync(join(ROOT, name), join(clone, name));
    }
    symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
    write(clone, true);
    for (const change of recipes.changes) {
      const path = join(clone, change.path);
      writeFileSync(path, applied(readFileSync(path, "utf8"), change));
    }
    execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", clone], {
      encoding: "utf8",
    });
    cpSync(join(ROOT, "biome.json"), join(clone, "biome.json"));
    // as the document says: `npm run format`, and nothing is left to be said
    const biome = (...args: string[]) =>
      execFileSync(join(ROOT, "node_modules/.bin/biome"), ["check", ...args, "src"], {
        cwd: clone,
        stdio: "pipe",
      });
    biome("--write");
    biome();
    for (const name of readdirSync(join(ROOT, "dist", "inference")).filter((name) => name.endsWith(".wasm")))
      cpSync(join(ROOT, "dist", "inference", name), join(clone, "dist", "inference", name));
    const script = `
      import { exhibits, quantization, results, studies, training } from "./dist/index.js";
      const study = structuredClone(studies.findStudy("lenet5-fashion", "quick"));
      study.arms.push({ id: "mine", sparsification: { kind: "log1p", alpha: 0.001 }, gradient: { rule: "unquantized" } });
      study.campaign.encoding = "inverted";
      studies.parseStudy(study);
      const read = await results.readResults("lenet5-fashion", "quick");
      const { tables } = exhibits.studyExhibits({ results: read, curves: [], sharpness: [], landscapes: [] });
      const titles = exhibits.armTitles({ ...study, presentation: { titles: {}, looks: {} } });
      console.log(JSON.stringify([quantization.encode(3, 4, "inverted"), tables.trials.rows.length, titles.get("mine")]));
    `;
    writeFileSync(join(clone, "try.mjs"), script);
    const out = execFileSync(process.execPath, ["try.mjs"], { cwd: clone, encoding: "utf8" });
    expect(JSON.parse(out)).toEqual([12, 4, "log1p 0.001 + unquantized"]);
  }, 120_000);
});
