import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { sweepHalfWritten } from "./atomic.js";
import { isAlive } from "./is-alive.js";

const HELD = "held";
const TRIES = 40;

/**
 * Takes a run's folder for this process, until it ends, and sweeps the half-written files of one that was killed.
 *
 * Each process claims the folder by a file of its own, `.lock-<pid>`, and only then looks for others: of two that begin
 * together at least one sees the other, and a claim that a killed process left is removed without touching anybody else's.
 * @throws UserError if another process that is alive has it
 */
export function lockRun(directory: string): void {
  const own = `.lock-${process.pid}`;
  const path = join(directory, own);
  process.once("exit", () => rmSync(path, { force: true }));
  for (let tries = 0; tries < TRIES; tries++) {
    writeFileSync(path, "");
    const rivals = claimsIn(directory).filter(({ name }) => name !== own);
    const holder = rivals.find(({ held }) => held);
    if (!holder && rivals.length === 0) {
      writeFileSync(path, HELD);
      sweep(directory);
      return;
    }
    rmSync(path, { force: true });
    if (holder) throw busy(directory, holder);
    pause(5 + 45 * Math.abs(Math.sin(process.pid * (tries + 1)))); // so that two do not meet again and again
  }
  throw busy(directory, claimsIn(directory)[0]);
}

interface Claim {
  readonly name: string;
  readonly pid: number;
  /** Whether the process has the folder; else it is only trying. */
  readonly held: boolean;
}

/** Claims of processes that are alive; others are removed. */
function claimsIn(directory: string): Claim[] {
  return readdirSync(directory).flatMap((name) => {
    const pid = Number(/^\.lock-(\d+)$/.exec(name)?.[1]);
    if (!pid) return [];
    const path = join(directory, name);
    if (isAlive(pid)) return { name, pid, held: contentOf(path) === HELD };
    rmSync(path, { force: true });
    return [];
  });
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it has just given up
  }
}

function busy(directory: string, claim: Claim | undefined): UserError {
  if (!claim) return new UserError(`several processes began in ${directory} at once; begin again`);
  return new UserError(
    `process ${claim.pid} is at work in ${directory}; wait until it is done, or choose another folder with --out ` +
      `(if there is no such process, delete ${join(directory, claim.name)})`,
  );
}

/**
 * Removes what {@link writeFileAtomic} left half-written in a run's folder and the folders in it, and nothing else that may
 * lie in a folder that a user named. What a process that is alive is writing stays: commands that take no lock write there.
 */
function sweep(directory: string): void {
  const inside = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const folder of [directory, ...inside.map(({ name }) => join(directory, name))])
    sweepHalfWritten(folder);
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
