import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryPath } from "../../../src/base/files/atomic.js";
import { lockRun } from "../../../src/base/files/lock.js";
import { deadProcess, temporaryFolder } from "../../support/cli.js";

const MODULE = new URL("../../../dist/base/files/lock.js", import.meta.url).href;

/** Starts a process that takes the folder at a given time, and says whether it got it. */
async function contender(folder: string, at: number): Promise<boolean> {
  const code = `
    import { lockRun } from ${JSON.stringify(MODULE)};
    while (Date.now() < ${at});
    try {
      lockRun(${JSON.stringify(folder)});
      console.log("got it");
      setTimeout(() => {}, 1500);
    } catch (error) {
      if (error.name !== "UserError") throw error;
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  const code_ = await new Promise((resolve) => child.on("close", resolve));
  expect(code_).toBe(0);
  return said.includes("got it");
}

describe("lockRun()", { timeout: 60_000 }, () => {
  it("refuses a folder at which another living process works, by its number", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, `.lock-${process.ppid}`), "held");
    expect(() => lockRun(folder)).toThrow(`process ${process.ppid} is at work in ${folder}`);
    expect(readdirSync(folder)).toEqual([`.lock-${process.ppid}`]);
  });

  it("takes over from a process that was killed, and sweeps what it left half-written, but no file of the user's", () => {
    const folder = temporaryFolder();
    const dead = deadProcess();
    writeFileSync(join(folder, `.lock-${dead}`), "held");
    mkdirSync(join(folder, "checkpoints"));
    mkdirSync(join(folder, "mine", "deep"), { recursive: true });
    const file = (path: string, pid: number) => path.replace(`.${process.pid}.`, `.${pid}.`);
    const temporary = (name: string, pid: number) => file(temporaryPath(join(folder, name)), pid);
    const half = ["trials.csv", "checkpoints/as-seed0.safetensors"].map((name) => temporary(name, dead));
    const kept = [
      ...[".notes.tmp", ".trials.mine.tmp", "checkpoints/.backup"].map((name) => join(folder, name)),
      temporary("checkpoints/being-written", process.ppid),
      temporary("mine/deep/another-run's", dead),
    ];
    for (const path of [...half, ...kept]) writeFileSync(path, "x");
    lockRun(folder);
    expect(half.filter((path) => existsSync(path))).toEqual([]);
    expect(kept.filter((path) => existsSync(path))).toEqual(kept);
    expect(readdirSync(folder).filter((name) => name.startsWith(".lock"))).toEqual([`.lock-${process.pid}`]);
  });

  it("lets one of several processes have a folder whose owner was killed, however they race", async () => {
    const folder = temporaryFolder();
    for (let round = 0; round < 2; round++) {
      writeFileSync(join(folder, `.lock-${deadProcess()}`), "held");
      const at = Date.now() + 1000;
      const got = await Promise.all([0, 1, 2, 3].map(() => contender(folder, at)));
      expect(got.filter(Boolean).length).toBe(1);
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});
