import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.js";

/**
 * Takes a run's folder for this process, until it ends, and sweeps the half-written files of one that was killed.
 * @throws UserError if another process that is alive has it
 */
export function lockRun(directory: string): void {
  const path = join(directory, ".lock");
  const owner = ownerOf(path);
  if (owner !== undefined && isAlive(owner))
    throw new UserError(
      `process ${owner} is at work in ${directory}; wait until it is done, or choose another folder with --out ` +
        `(if there is no such process, delete ${path})`,
    );
  rmSync(path, { force: true });
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new UserError(`another process has just begun in ${directory}; wait until it is done`);
  }
  process.once("exit", () => rmSync(path, { force: true }));
  sweep(directory, /^\.(trials|summary|study|results|manifest|selection|precision|bits|figure)\..*\.tmp$/);
  for (const folder of ["checkpoints", "networks", "failed", "candidates", "unfinished"])
    if (existsSync(join(directory, folder))) sweep(join(directory, folder), /^\..*\.tmp$/);
}

/** Removes half-written files of a run, and nothing else that may lie in a folder that a user named. */
function sweep(folder: string, ours: RegExp): void {
  for (const name of readdirSync(folder)) if (ours.test(name)) rmSync(join(folder, name), { force: true });
}

function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's
  }
}
