import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { applied, readRecipes } from "./support/recipes.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

describe("the recipes of docs/extending.md (run as they stand by the slow tests)", () => {
  const { files, commands, changes } = readRecipes(join(ROOT, "docs", "extending.md"));

  it("write new files only, and change places that are there once, by a line or two each", () => {
    expect(commands.length).toBeGreaterThan(4);
    for (const name of files.keys()) expect(existsSync(join(ROOT, name)), name).toBe(false);
    expect(changes.map(({ path }) => path)).toHaveLength(4);
    for (const change of changes) {
      const text = readFileSync(join(ROOT, change.path), "utf8");
      const added = applied(text, change).split("\n").length - text.split("\n").length;
      expect(added, change.path).toBeLessThanOrEqual(2);
    }
  });

  it("is refused where a place is not there, so a recipe cannot go stale in silence", () => {
    const change = { path: "x.ts", hunks: [{ before: "a", after: "b" }] };
    expect(applied("1 a 2", change)).toBe("1 b 2");
    expect(() => applied("1 2", change)).toThrow("0 places");
    expect(() => applied("a a", change)).toThrow("2 places");
  });
});
