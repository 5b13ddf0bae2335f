import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { buildMissing, sourceHash } from "../../scripts/build.mjs";
import { madeHere } from "../../scripts/cache.mjs";
import {
  diskSize,
  filesBelow,
  hashFiles,
  megabytes,
  moveIntoPlace,
  partialDirectory,
  readJson,
  scratchDirectory,
  takeLock,
  verifyDownload,
} from "../../scripts/files.mjs";

const DEAD = 2 ** 22 + 1; // above the highest process number of Linux

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "flatenn-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("verifyDownload", () => {
  // The published test vector of SHA-256 for "abc".
  const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  it("accepts the pinned bytes", async () => {
    writeFileSync(join(root, "file.whl"), "abc");
    await expect(verifyDownload(join(root, "file.whl"), ABC)).resolves.toBeUndefined();
    expect(existsSync(join(root, "file.whl"))).toBe(true);
  });

  it("refuses and deletes any others, and says which sum it wanted", async () => {
    for (const wrong of ["abd", "ab", ""]) {
      writeFileSync(join(root, "file.whl"), wrong);
      await expect(verifyDownload(join(root, "file.whl"), ABC)).rejects.toThrow(
        `its sha256 must be ${ABC}, got`,
      );
      expect(existsSync(join(root, "file.whl"))).toBe(false);
    }
  });
});

describe("hashFiles", () => {
  it("changes with a content, a name, and a file more, and with nothing else", () => {
    const hash = (files: Record<string, string>) => {
      rmSync(join(root, "src"), { recursive: true, force: true });
      mkdirSync(join(root, "src", "deep"), { recursive: true });
      for (const [name, text] of Object.entries(files)) writeFileSync(join(root, "src", name), text);
      return hashFiles(join(root, "src"), filesBelow(join(root, "src")));
    };
    const reference = hash({ "a.ts": "1", "deep/b.ts": "2" });
    expect(hash({ "deep/b.ts": "2", "a.ts": "1" })).toBe(reference);
    expect(hash({ "a.ts": "1", "deep/b.ts": "3" })).not.toBe(reference);
    expect(hash({ "a.ts": "1", "deep/c.ts": "2" })).not.toBe(reference);
    expect(hash({ "a.ts": "1", "deep/b.ts": "2", "c.ts": "" })).not.toBe(reference);
  });

  it("takes a missing directory for an empty one", () => {
    expect(filesBelow(join(root, "nowhere"))).toEqual([]);
  });
});

describe("partial directories", () => {
  it("removes what a killed run left, but not what a living one works on", () => {
    const target = join(root, "tensorflow");
    mkdirSync(`${target}.${DEAD}.partial`);
    mkdirSync(`${target}.${process.ppid}.partial`);
    const partial = partialDirectory(target);
    expect(readdirSync(root).sort()).toEqual(
      [`tensorflow.${process.pid}.partial`, `tensorflow.${process.ppid}.partial`].sort(),
    );
    rmSync(partial, { recursive: true });
  });

  it("replaces the old directory as a whole: no file of it survives", () => {
    const target = join(root, "dist");
    mkdirSync(target);
    writeFileSync(join(target, "stale.js"), "");
    const partial = partialDirectory(target);
    writeFileSync(join(partial, "fresh.js"), "");
    moveIntoPlace(partial, target);
    expect(readdirSync(target)).toEqual(["fresh.js"]);
    expect(readdirSync(root)).toEqual(["dist"]);
  });
});

describe("in the cache directory", () => {
  it("what stands in the way and was not made by flatenn stays, with what to do", () => {
    vi.stubEnv("FLATENN_CACHE", root);
    onTestFinished(() => void vi.unstubAllEnvs());
    const target = join(root, "tensorflow-1");
    mkdirSync(target);
    writeFileSync(join(target, "mine"), "");
    expect(() => partialDirectory(target)).toThrow(/tensorflow-1 is in the way.*FLATENN_CACHE/);
    expect(readdirSync(target)).toEqual(["mine"]);
    const other = join(root, "tensorflow-2");
    moveIntoPlace(partialDirectory(other), other);
    moveIntoPlace(partialDirectory(other), other);
    expect(madeHere(root)).toEqual(["tensorflow-2"]);
  });
});

describe("a directory for temporary files", () => {
  it("is private, and what killed processes left goes, but no link and nothing of living ones", () => {
    const names = [`x-${DEAD}-abcdef`, `x-${process.ppid}-abcdef`, "x-notes"];
    for (const name of names) mkdirSync(join(root, name));
    symlinkSync(join(root, "x-notes"), join(root, `x-${DEAD}-linked`));
    const made = scratchDirectory("x-", root);
    expect(statSync(made).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o700);
    rmSync(made, { recursive: true });
    expect(readdirSync(root).sort()).toEqual([...names.slice(1), `x-${DEAD}-linked`].sort());
  });
});

describe("the lock", () => {
  it("is taken over from a process that is gone", async () => {
    const lock = join(root, "setup.lock.partial");
    writeFileSync(lock, String(DEAD));
    await takeLock(lock);
    expect(readFileSync(lock, "utf8")).toBe(String(process.pid));
  });
});

describe("readJson", () => {
  it("gives undefined for a file that is missing or was cut off", () => {
    writeFileSync(join(root, "stamp.json"), '{"sha256": "ab');
    expect(readJson(join(root, "stamp.json"))).toBeUndefined();
    expect(readJson(join(root, "none.json"))).toBeUndefined();
  });
});

describe("sizes", () => {
  it("sums a tree and takes what is missing as nothing", () => {
    mkdirSync(join(root, "a", "b"), { recursive: true });
    writeFileSync(join(root, "a", "b", "c"), "12345");
    expect(diskSize(root)).toBe(5);
    expect(diskSize(join(root, "nowhere"))).toBe(0);
    expect([0, 999, 273_829_956, 853_000_000_0].map(megabytes)).toEqual([
      "0 kB",
      "1 kB",
      "274 MB",
      "8.53 GB",
    ]);
  });
});

describe("buildMissing", () => {
  const SOURCES = ["src/index.ts", "scripts/build-kernels.mjs", "tsconfig.json", "package-lock.json"];

  function project() {
    mkdirSync(join(root, "src"));
    mkdirSync(join(root, "scripts"));
    for (const path of SOURCES) writeFileSync(join(root, path), "{}");
  }

  it("is content with a dist that was built from these very sources, and with no other", () => {
    project();
    expect(buildMissing(root)).toBe("dist is missing");
    mkdirSync(join(root, "dist"));
    expect(buildMissing(root)).toContain("not of this script's making");
    writeFileSync(join(root, "dist", ".built-from"), sourceHash(root));
    expect(buildMissing(root)).toBeUndefined();
    for (const path of SOURCES) {
      writeFileSync(join(root, path), "{ }");
      expect(buildMissing(root)).toBe("the sources have changed");
      writeFileSync(join(root, path), "{}");
    }
    rmSync(join(root, "src/index.ts"));
    expect(buildMissing(root)).toBe("the sources have changed");
  });
});
