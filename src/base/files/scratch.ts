import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, UserError } from "../errors.js";
import { isAlive } from "./is-alive.js";

/** A directory that nobody else reads or writes, for as long as something runs. */
export interface Scratch {
  readonly path: string;
  remove(): void;
}

/**
 * Makes an empty directory whose name tells the process that owns it, open to this user alone. It goes with `remove`, at the
 * latest when the process exits; what a killed process of this user's left in the same place is removed now.
 * @param parent default: the system's folder for temporary files
 * @throws UserError where none can be made there, with what to do
 */
export function openScratch(prefix: string, parent: string = tmpdir()): Scratch {
  removeAbandoned(prefix, parent);
  const path = make(join(parent, `${prefix}${process.pid}-`), parent);
  // A browser that is just being ended may still write into it: hence the retries.
  const remove = () => {
    process.removeListener("exit", remove);
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  process.on("exit", remove);
  return { path, remove };
}

function make(prefix: string, parent: string): string {
  try {
    return mkdtempSync(prefix);
  } catch (error) {
    const mend = parent === tmpdir() ? "set TMPDIR to a folder that can be written" : "make it writable";
    throw new UserError(`no temporary folder can be made in ${parent} (${messageOf(error)}); ${mend}`, {
      cause: error,
    });
  }
}

/** Removes what dead processes of this user's left. What cannot be removed is in nobody's way: every name is new. */
function removeAbandoned(prefix: string, parent: string): void {
  for (const name of namesIn(parent)) {
    const pid = name.startsWith(prefix)
      ? /^(\d+)-[A-Za-z0-9]{6}$/.exec(name.slice(prefix.length))?.[1]
      : undefined;
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      if (isOwnFolder(join(parent, name))) rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // another process of ours was first
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // it need not be readable to be written
  }
}

/** Whether this user made it, and it is no link to something else. */
function isOwnFolder(path: string): boolean {
  const { uid } = lstatSync(path);
  return lstatSync(path).isDirectory() && (process.getuid === undefined || uid === process.getuid());
}
