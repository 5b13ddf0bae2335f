import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { makeFolder } from "../../src/base/files/make-folder.js";
import { flatenn, temporaryFolder } from "../support/cli.js";

const isLinux = process.platform === "linux";

it.runIf(isLinux)("no folder is made where the system lets nobody make one, and that is told at once", () => {
  for (const path of ["/proc/nope", "/proc/nope/more"])
    expect(() => makeFolder(path)).toThrow(/ENOENT|EACCES/);
});

it("folders are made with those that they lie in, and one that is there stays", () => {
  const folder = join(temporaryFolder(), "a", "b c", "d");
  makeFolder(folder);
  makeFolder(folder);
  expect(existsSync(folder)).toBe(true);
  writeFileSync(join(folder, "file"), "");
  expect(() => makeFolder(join(folder, "file", "x"))).toThrow(/ENOTDIR|EEXIST/);
});

it.runIf(isLinux)(
  "figures as data and tables are written where the cache cannot be, and the words name it",
  async () => {
    vi.stubEnv("FLATENN_CACHE", "/proc/nope");
    vi.stubEnv("FLATENN_CHROMIUM", "");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const out = join(temporaryFolder(), "figures");
    const { code, stderr } = await flatenn(["figures", "--profile", "quick", "--out", out]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("cannot be unpacked into /proc/nope")]);
    expect(stderr).toContain("FLATENN_CACHE");
    expect(existsSync(join(out, "claims.csv")) || existsSync(join(out, "exhibits.json"))).toBe(true);
  },
);

it.runIf(isLinux)(
  "a folder for results that cannot be made ends a command with the path, and code 1",
  async () => {
    const { code, stderr } = await flatenn(["figures", "--profile", "quick", "--out", "/proc/nope/figures"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("/proc/nope")]);
  },
);
