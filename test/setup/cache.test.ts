import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheDirectory, cachePurpose, claim } from "../../scripts/cache.mjs";

const scripts = join(import.meta.dirname, "../../scripts");
let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "flatenn-"));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

describe("the cache directory", () => {
  it("is FLATENN_CACHE before XDG_CACHE_HOME before the platform's own place", () => {
    const home = "/home/ada";
    const both = { FLATENN_CACHE: "/big/cache", XDG_CACHE_HOME: "/xdg" };
    expect(cacheDirectory({ env: both, home })).toBe("/big/cache");
    expect(cacheDirectory({ env: { XDG_CACHE_HOME: "/xdg" }, home })).toBe("/xdg/flatenn");
    expect(cacheDirectory({ env: {}, home, platform: "linux" })).toBe("/home/ada/.cache/flatenn");
    expect(cacheDirectory({ env: {}, home, platform: "darwin" })).toBe("/home/ada/Library/Caches/flatenn");
  });

  it("takes an empty variable as not set", () => {
    const env = { FLATENN_CACHE: "", XDG_CACHE_HOME: "" };
    expect(cacheDirectory({ env, home: "/home/ada", platform: "linux" })).toBe("/home/ada/.cache/flatenn");
  });

  it("knows its own entries, leftovers of interrupted steps included, and no others", () => {
    expect(cachePurpose("tensorflow-2.21.0-linux-x64")).toContain("TensorFlow");
    expect(cachePurpose("addon-0123456789ab.4711.partial")).toBeDefined();
    expect(cachePurpose("thesis.tex")).toBeUndefined();
  });
});

describe("npm run clean:cache", () => {
  const clean = (...args: string[]) =>
    execFileSync(process.execPath, [join(scripts, "clean-cache.mjs"), ...args], {
      encoding: "utf8",
      env: { ...process.env, FLATENN_CACHE: temporary },
    });

  it("removes what is flatenn's, keeps what is not, and says how much it freed", () => {
    expect(claim(join(temporary, "tensorflow-2.21.0-linux-x64"), temporary)).toBe(true);
    mkdirSync(join(temporary, "tensorflow-2.21.0-linux-x64"));
    writeFileSync(join(temporary, "tensorflow-2.21.0-linux-x64", "lib"), Buffer.alloc(2_000_000));
    writeFileSync(join(temporary, "thesis.tex"), "do not lose");
    const output = clean();
    expect(output).toContain("2 MB freed");
    expect(output).toContain("kept: thesis.tex");
    expect(existsSync(join(temporary, "tensorflow-2.21.0-linux-x64"))).toBe(false);
    expect(existsSync(join(temporary, "thesis.tex"))).toBe(true);
  });

  it("only lists with --dry-run", () => {
    claim(join(temporary, "addon-1"), temporary);
    mkdirSync(join(temporary, "addon-1"));
    expect(clean("--dry-run")).toContain("would be freed");
    expect(existsSync(join(temporary, "addon-1"))).toBe(true);
  });

  it("removes nothing that only has a name of flatenn's, and no file put by hand among its downloads", () => {
    const strange = [
      "downloads-of-mine",
      "tensorflow-notes",
      "jupyter-thesis",
      "chromium-bookmarks",
      "addon-0",
    ];
    for (const name of strange) mkdirSync(join(temporary, name));
    claim(join(temporary, "downloads", "a.whl"), temporary);
    writeFileSync(join(temporary, "downloads", "a.whl"), "ours");
    mkdirSync(join(temporary, "downloads", "a.whl.4194999.partial"));
    writeFileSync(join(temporary, "downloads", "by-hand.whl"), "theirs");
    claim(join(temporary, "chromium-1"), temporary);
    mkdirSync(join(temporary, "chromium-1.partial-4194999-abcdef"));
    const output = clean();
    expect(readdirSync(temporary).sort()).toEqual(["downloads", ...strange].sort());
    expect(readdirSync(join(temporary, "downloads"))).toEqual(["by-hand.whl"]);
    expect(output).toContain("kept: tensorflow-notes, which flatenn's list does not name");
    expect(output).toContain("kept: downloads");
  });

  it("follows no line of the list out of the directory", () => {
    const cache = join(temporary, "cache");
    for (const name of ["cache", "notes", "cache/sub"]) mkdirSync(join(temporary, name));
    writeFileSync(join(temporary, "NOTES.md"), "");
    writeFileSync(join(cache, "sub", "kept"), "");
    const lines = [
      "../NOTES.md",
      "../notes",
      "..",
      ".",
      "",
      "/etc",
      join(temporary, "notes"),
      "sub/../../notes",
      "a/b/c",
    ];
    writeFileSync(join(cache, ".flatenn-made"), `${lines.join("\n")}\n`);
    execFileSync(process.execPath, [join(scripts, "clean-cache.mjs")], {
      env: { ...process.env, FLATENN_CACHE: cache },
    });
    expect(readdirSync(temporary).sort()).toEqual(["NOTES.md", "cache", "notes"]);
    expect(readdirSync(join(cache, "sub"))).toEqual(["kept"]);
  });

  it("goes with the whole directory where nothing else is in it", () => {
    const cache = join(temporary, "cache");
    claim(join(cache, "downloads", "a.whl"), cache);
    claim(join(cache, "addon-1"), cache);
    mkdirSync(join(cache, "addon-1"));
    execFileSync(process.execPath, [join(scripts, "clean-cache.mjs")], {
      env: { ...process.env, FLATENN_CACHE: cache },
    });
    expect(existsSync(cache)).toBe(false);
  });

  it("has nothing to do where there is no cache", () => {
    rmSync(temporary, { recursive: true });
    expect(clean()).toContain("Nothing to remove");
  });
});
