import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocks, expectSample, ROOT, readme } from "./support/readme.js";

const appendix = readFileSync(join(ROOT, "ARTIFACT.md"), "utf8");

/** What the snippets print. One that begins with a comment naming a file is that file, for those after it. */
function run(snippets: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "flatenn-readme-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(ROOT, join(folder, "node_modules", "flatenn"));
    return snippets.flatMap((code) => {
      const file = /^\/\/ (\S+\.mjs)\n/.exec(code)?.[1];
      if (file !== undefined) writeFileSync(join(folder, file), code);
      const command = ["--input-type=module", "-e", code];
      return file === undefined
        ? execFileSync(process.execPath, command, { cwd: folder, encoding: "utf8" })
        : [];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("README.md", () => {
  it("has snippets that run as they stand", () => {
    const [faults, saq, corrected, own, ...others] = run(blocks("js"));
    expect(others).toEqual([]);
    const counts = [...faults!.matchAll(/rate ([\d.]+): (\d+) faulty bits, (\d+) of them/g)].map((m) =>
      m.slice(1).map(Number),
    );
    expect(counts.map(([rate]) => rate)).toEqual([0.01, 0.05]);
    for (const [rate, faulty, changed] of counts) {
      const sd = Math.sqrt(4000 * rate! * (1 - rate!));
      expect(Math.abs(faulty! - 4000 * rate!)).toBeLessThan(5 * sd);
      expect(changed).toBeLessThan(faulty!);
    }
    expect(saq).toMatch(/^0\.\d+ Float32Array\(3\) \[.*\] 0\.1/s);
    const counted =
      /^flip: (\d+) faulty bits, (\d+) of them.*\ncorrected@[0-9a-f]{8}: (\d+) faulty bits, (\d+) of them/;
    const [flips, flipped, faulty, read] = counted.exec(corrected!)!.slice(1).map(Number);
    expect([flipped, faulty]).toEqual([flips, flips]);
    // Of 4 bits at rate p, 4 p (1 - p)^3 faulty ones per weight are alone and corrected. Five standard errors.
    const alone = 4 * 0.05 * 0.95 ** 3;
    expect(Math.abs(flips! - read! - 10_000 * alone)).toBeLessThan(
      5 * Math.sqrt(10_000 * alone * (1 - alone)),
    );
    const accuracies = [...own!.matchAll(/^mine +(\S.*?) +(0\.\d+) +(\d+\.\d+)/gm)].map((m) => m.slice(1));
    expect(accuracies.map(([fault]) => fault)).toEqual([
      "no faults",
      ...["bit flip", "stuck-at-0", "stuck-at-1"].flatMap((fault) => [fault, fault]),
    ]);
    expect(Number(accuracies[0]![2])).toBeGreaterThan(80);
    expect(Number(accuracies[2]![2])).toBeLessThan(Number(accuracies[1]![2]));
  });

  it("shows the committed results as `npm run figures` writes them, and so does ARTIFACT.md", () => {
    const code = `import { withResults, withVerdicts } from "./scripts/readme.mjs"; import { readFileSync } from "node:fs";
      const [readme, appendix] = ["README.md", "ARTIFACT.md"].map((name) => readFileSync(name, "utf8"));
      console.log(JSON.stringify([await withResults(readme), await withVerdicts(appendix)]));`;
    const written = execFileSync(process.execPath, ["--input-type=module", "-e", code], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(JSON.parse(written)).toEqual([readme, appendix]);
  });

  it.each([
    { command: ["verify", "--profile", "quick", "--sample-seed", "1"], begins: "recompute trials" },
    { command: ["replay", "8df7", "--profile", "quick"], begins: "Trial 8df7" },
  ])("shows what `flatenn $command.0` prints, seconds apart", ({ command, begins }) => {
    const options = { cwd: ROOT, encoding: "utf8" } as const;
    expectSample(begins, execFileSync(process.execPath, ["dist/cli/main.js", ...command], options));
  });

  it("names only npm scripts that there are", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    for (const [, name] of `${readme}${appendix}`.matchAll(/`npm run ([a-z:]+)/g))
      expect(Object.keys(scripts)).toContain(name);
  });
});
