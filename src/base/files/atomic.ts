import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { isAlive } from "./is-alive.js";
import { makeFolder } from "./make-folder.js";

/** How the name of a half-written file ends; nobody else's does, so those of a killed process can be swept. */
const TEMPORARY = ".flatenn-unfinished";

/** Where a file is written before it is moved to its place: beside it, as a rename is atomic only within a file system. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 40)}.${randomUUID()}.${process.pid}${TEMPORARY}`);
}

/** The number of the process that writes, or wrote, a half-written file; undefined for any other file. */
export function writerOf(name: string): number | undefined {
  const [, pid] = /\.(\d+)\.flatenn-unfinished(?:\.wal)?$/.exec(name) ?? []; // DuckDB has a log beside a database
  return pid === undefined ? undefined : Number(pid);
}

/**
 * Writes a file so that whoever reads it, and whatever is interrupted, sees either the old file whole or the new one
 * whole: a temporary file beside it is written, forced to the disk and renamed. Missing folders are made.
 *
 * @param bytes the content; a string is written as UTF-8
 */
export function writeFileAtomic(path: string, bytes: Uint8Array | string): void {
  const folder = dirname(path);
  makeFolder(folder);
  const temporary = temporaryPath(path);
  try {
    const file = openSync(temporary, "wx");
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(folder);
}

/**
 * Removes what processes that were killed had half written in a folder, if there is one. What a process that is alive is
 * writing stays.
 */
export function sweepHalfWritten(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const writer = writerOf(name);
    if (writer !== undefined && !isAlive(writer)) rmSync(join(folder, name), { force: true });
  }
}

/** Forces the rename itself to the disk, where the system lets folders be opened (Windows does not). */
function syncFolder(folder: string): void {
  let handle: number;
  try {
    handle = openSync(folder, "r");
  } catch {
    return;
  }
  try {
    fsyncSync(handle);
  } catch {
    // Some network file systems refuse; the file is whole either way.
  } finally {
    closeSync(handle);
  }
}
