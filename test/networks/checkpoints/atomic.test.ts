import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { temporaryPath, writeFileAtomic, writerOf } from "../../../src/base/files/atomic.js";

const folder = mkdtempSync(join(tmpdir(), "flatenn-atomic-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("writeFileAtomic", () => {
  it("writes bytes or text, replaces what was there, and makes missing folders", () => {
    const path = join(folder, "a", "b", "file");
    writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    writeFileAtomic(path, "é");
    expect(readFileSync(path, "utf8")).toBe("é");
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["file"]);
  });

  it("leaves nothing behind, and what was there as it was, when it fails", () => {
    mkdirSync(join(folder, "taken", "inside"), { recursive: true });
    expect(() => writeFileAtomic(join(folder, "taken"), "x")).toThrow();
    expect(readdirSync(folder).filter((name) => writerOf(name) !== undefined)).toEqual([]);
    expect(readdirSync(join(folder, "taken"))).toEqual(["inside"]);
  });

  it("names a half-written file after the process that writes it, as no other program does", () => {
    const name = temporaryPath(join(folder, "file"));
    expect([name, `${name}.wal`].map(writerOf)).toEqual([process.pid, process.pid]);
    expect(["file", ".file.1234.tmp", `${name}.copy`].map(writerOf)).toEqual(Array(3).fill(undefined));
  });
});
