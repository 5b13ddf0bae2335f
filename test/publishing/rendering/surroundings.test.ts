import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { UserError } from "../../../src/base/errors.js";
import { cacheDirectory } from "../../../src/base/files/cache.js";
import { openScratch } from "../../../src/base/files/scratch.js";
import { findBrowser } from "../../../src/publishing/rendering/browser.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe("cacheDirectory", () => {
  const home = resolve("/home/someone");
  test.each([
    [{ FLATENN_CACHE: resolve("/big"), XDG_CACHE_HOME: resolve("/xdg") }, "linux", resolve("/big")],
    [{ FLATENN_CACHE: "", XDG_CACHE_HOME: resolve("/xdg") }, "linux", resolve("/xdg/flatenn")],
    [{}, "linux", join(home, ".cache", "flatenn")],
    [{}, "darwin", join(home, "Library", "Caches", "flatenn")],
    [{ LOCALAPPDATA: resolve("/local") }, "win32", resolve("/local/flatenn")],
    [{}, "win32", join(home, "AppData", "Local", "flatenn")],
  ])("of %o on %s is %s, in the scripts as well", async (env, platform, expected) => {
    expect(cacheDirectory({ env, platform, home })).toBe(expected);
    const script = await import(pathToFileURL(resolve("scripts/cache.mjs")).href);
    expect(script.cacheDirectory({ env, platform, home })).toBe(expected);
  });

  test("looks at this process by default", () => {
    vi.stubEnv("FLATENN_CACHE", "");
    vi.stubEnv("XDG_CACHE_HOME", "");
    expect(cacheDirectory().startsWith(homedir())).toBe(true);
  });
});

describe("findBrowser", () => {
  test("takes FLATENN_CHROMIUM as it is", async () => {
    vi.stubEnv("FLATENN_CHROMIUM", process.execPath);
    expect(await findBrowser()).toEqual({ executable: process.execPath, env: {} });
  });

  test("refuses a FLATENN_CHROMIUM that is no file", async () => {
    vi.stubEnv("FLATENN_CHROMIUM", "/no/such/chrome");
    await expect(findBrowser()).rejects.toThrow(UserError);
    await expect(findBrowser()).rejects.toThrow('got "/no/such/chrome"');
  });

  test.each([
    ["darwin", "arm64", "Google Chrome.app"],
    ["win32", "x64", "chrome.exe"],
    ["linux", "arm64", "/usr/bin/chromium"],
  ])("on %s %s tells to set FLATENN_CHROMIUM, with an example", async (platform, arch, example) => {
    vi.stubEnv("FLATENN_CHROMIUM", "");
    vi.stubGlobal(
      "process",
      new Proxy(process, { get: (target, key) => overridden(target, key, { platform, arch }) }),
    );
    await expect(findBrowser()).rejects.toThrow(/set FLATENN_CHROMIUM/);
    await expect(findBrowser()).rejects.toThrow(example);
  });
});

function overridden(target: NodeJS.Process, key: string | symbol, values: Record<string, string>): unknown {
  return typeof key === "string" && key in values ? values[key] : Reflect.get(target, key);
}

describe("openScratch", () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "flatenn-test-"));
    return () => rmSync(parent, { recursive: true });
  });

  test("gives each caller a directory and takes it away with its contents", () => {
    const [a, b] = [openScratch("x-", parent), openScratch("x-", parent)];
    expect(a.path).not.toBe(b.path);
    writeFileSync(join(a.path, "file"), "");
    a.remove();
    a.remove();
    expect(existsSync(a.path)).toBe(false);
    expect(existsSync(b.path)).toBe(true);
    b.remove();
  });

  test("removes what a killed process left, and nothing of a living one or of others", () => {
    // Above the largest process number of every system.
    for (const name of ["x-4194999-abcdef", `x-${process.pid}-ghijkl`, "y-4194999-abcdef", "x-notes"])
      mkdirSync(join(parent, name));
    openScratch("x-", parent).remove();
    expect(readdirSync(parent).sort()).toEqual([`x-${process.pid}-ghijkl`, "x-notes", "y-4194999-abcdef"]);
  });
});
