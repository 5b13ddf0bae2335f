import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lockRun } from "../../src/results/lock.js";
import { temporaryFolder } from "../support/cli.js";

describe("lockRun()", () => {
  it("refuses a folder at which another living process works, by its number", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, ".lock"), String(process.ppid));
    expect(() => lockRun(folder)).toThrow(`process ${process.ppid} is at work in ${folder}`);
  });

  it("takes over from a process that was killed, and sweeps what it left half-written", () => {
    const folder = temporaryFolder();
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    writeFileSync(join(folder, ".lock"), String(pid));
    writeFileSync(join(folder, ".trials.csv.1234.tmp"), "half");
    lockRun(folder);
    expect(readFileSync(join(folder, ".lock"), "utf8")).toBe(String(process.pid));
    expect(existsSync(join(folder, ".trials.csv.1234.tmp"))).toBe(false);
  });
});
