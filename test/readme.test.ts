import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text]) => text!);

describe("README.md", () => {
  it("has snippets that run as they stand", () => {
    const [faults, saq, ...others] = blocks("js").map((code) =>
      execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: ROOT, encoding: "utf8" }),
    );
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
  });

  it("shows the committed results as `npm run figures` writes them", () => {
    const code = `import { withResults } from "./scripts/readme.mjs"; import { readFileSync } from "node:fs";
      console.log(JSON.stringify(await withResults(readFileSync("README.md", "utf8"))));`;
    const written = execFileSync(process.execPath, ["--input-type=module", "-e", code], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(JSON.parse(written)).toBe(readme);
  });

  it("names only npm scripts that there are", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    for (const [, name] of readme.matchAll(/`npm run ([a-z:]+)/g))
      expect(Object.keys(scripts)).toContain(name);
  });
});
