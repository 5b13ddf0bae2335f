import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocks, documentAt, expectSample, ROOT } from "./support/documents.js";

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

/** Network, fault, rate and accuracy in percent of a printed table of accuracies. */
function accuracies(printed: string): [network: string, fault: string, rate: number, accuracy: number][] {
  const rows = printed.matchAll(/^(\w+) +(\S.*?) +(0(?:\.\d+)?) +(\d+\.\d+)/gm);
  return [...rows].map(([, network, fault, rate, value]) => [network!, fault!, Number(rate), Number(value)]);
}

describe("README.md", () => {
  const readme = documentAt("README.md");
  const verdicts = readme.split("<!-- verdicts:begin")[1]!.split("<!-- verdicts:end")[0]!;

  it("has at most 12,000 bytes", () => {
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(12_000);
  });

  it("has one snippet, of at most 15 lines, that runs as it stands and prints two networks under faults", () => {
    const [snippet, ...others] = blocks("README.md", "js");
    expect(others).toEqual([]);
    expect(snippet!.trimEnd().split("\n").length).toBeLessThanOrEqual(15);
    const rows = accuracies(run([snippet!])[0]!);
    const faults = ["no faults", "bit flip", "bit flip", "stuck-at-1", "stuck-at-1"];
    expect(rows.map(([network, fault]) => [network, fault])).toEqual(
      ["standard", "sparse"].flatMap((network) => faults.map((fault) => [network, fault])),
    );
    for (const [, fault, rate, accuracy] of rows) {
      if (fault === "no faults") expect(accuracy).toBeGreaterThan(85);
      if (rate === 0.05) expect(accuracy).toBeLessThan(70);
    }
  });

  it("has one verdict for each of the paper's five claims", () => {
    const rows = verdicts.split("\n").filter((line) => /^\| \[C\d/.test(line));
    const ids = ["C1", "C2", "C3a", "C3b", "C4"];
    expect(rows.map((row) => row.split(" | ")[0])).toEqual(
      ids.map((id) => `| [${id}](docs/results.md#${id.toLowerCase()})`),
    );
  });

  it("is written in words that the numbers bear out: other results, for which they do not, are an error", () => {
    const code = `import { generatedParts } from "./scripts/readme.mjs";
      await generatedParts({ full: "data/results/lenet5-fashion-quick" }).catch(({ message }) => console.log(message));`;
    const said = execFileSync(process.execPath, ["--input-type=module", "-e", code], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(said).toMatch(/^the words of README\.md no longer fit the results: /);
  });
});

describe("docs/using.md", () => {
  it("has snippets that run as they stand", () => {
    const [faults, saq, corrected, own, ...others] = run(blocks("docs/using.md", "js"));
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
    const rows = accuracies(own!);
    expect(rows.map(([, fault]) => fault)).toEqual([
      "no faults",
      ...["bit flip", "stuck-at-0", "stuck-at-1"].flatMap((fault) => [fault, fault]),
    ]);
    expect(rows[0]![3]).toBeGreaterThan(80);
    expect(rows[2]![3]).toBeLessThan(rows[1]![3]);
  });
});

describe("ARTIFACT.md", () => {
  it.each([
    { command: ["verify", "--profile", "quick", "--sample-seed", "1"], begins: "recompute trials" },
    { command: ["replay", "8df7", "--profile", "quick"], begins: "Trial 8df7" },
  ])("shows what `flatenn $command.0` prints, seconds apart", ({ command, begins }) => {
    const options = { cwd: ROOT, encoding: "utf8" } as const;
    expectSample(
      "ARTIFACT.md",
      begins,
      execFileSync(process.execPath, ["dist/cli/main.js", ...command], options),
    );
  });

  it("names the hash of the settings that the manifest of the results has", () => {
    const { config } = JSON.parse(documentAt("data/results/lenet5-fashion/manifest.json"));
    expect(documentAt("ARTIFACT.md")).toContain(`\`${config}\``);
  });
});

it("documents show the committed results as `npm run figures` writes them", () => {
  const code = `import { generatedParts, withParts } from "./scripts/readme.mjs"; import { readFileSync } from "node:fs";
    const all = Object.entries(await generatedParts());
    console.log(JSON.stringify(all.map(([path, parts]) => [path, withParts(readFileSync(path, "utf8"), parts)])));`;
  const written = execFileSync(process.execPath, ["--input-type=module", "-e", code], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 2 ** 24,
  });
  for (const [path, text] of JSON.parse(written)) expect(text, path).toBe(documentAt(path));
});
