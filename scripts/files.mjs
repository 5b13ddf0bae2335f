// @ts-check
// Hashes, stamps and atomic replacement: what makes a step of the set-up repeatable.
import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { claim } from "./cache.mjs";
import { checkInterrupted, SetupProblem, say } from "./processes.mjs";

/** @param {string | NodeJS.ArrayBufferView} data */
export const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/**
 * sha256 of a large file, read piece by piece.
 *
 * @param {string} path
 */
export async function fileSha256(path) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    checkInterrupted();
    hash.update(chunk);
  }
  return hash.digest("hex");
}

/**
 * Accepts a downloaded file only if its sha256 is the pinned one; any other file is deleted, so that a
 * repeated set-up downloads it anew. One that somebody put there by hand stays.
 *
 * @param {string} path
 * @param {string} expected 64 hexadecimal digits
 * @param {{ isOurs?: boolean }} [options] false: it was put there by hand
 */
export async function verifyDownload(path, expected, { isOurs = true } = {}) {
  const actual = await fileSha256(path);
  if (actual === expected) return;
  if (!isOurs)
    throw new SetupProblem(
      `${path} is not the published file: its sha256 must be ${expected}, got ${actual}. Put the published file in its place, ` +
        "or move it away, and repeat the command.",
    );
  rmSync(path, { force: true });
  throw new SetupProblem(
    `${basename(path)} is not the published file: its sha256 must be ${expected}, got ${actual}. ` +
      "The file was deleted and nothing of it used. Repeat the command; if it fails again, " +
      "the package source that pip uses (its index or a proxy) serves a changed file.",
  );
}

/**
 * All files below a directory, as sorted paths relative to it with forward slashes; none if it is missing.
 *
 * @param {string} directory
 * @param {string} [below]
 * @returns {string[]}
 */
export function filesBelow(directory, below = "") {
  if (!existsSync(join(directory, below))) return [];
  return readdirSync(join(directory, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(directory, path) : [path];
    });
}

/**
 * One hash over names and contents of files: it changes when a file changes, appears, goes or is renamed.
 *
 * @param {string} root
 * @param {string[]} paths relative to root
 */
export function hashFiles(root, paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(`${path}\0${sha256(readFileSync(join(root, path)))}\n`);
  return hash.digest("hex");
}

/**
 * The JSON of a file, or undefined if there is none or it is cut off.
 *
 * @param {string} path
 * @returns {any}
 */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Writes a file so that a reader sees the old or the new content, never a part.
 *
 * @param {string} path
 * @param {string | NodeJS.ArrayBufferView} data
 */
export function writeAtomically(path, data) {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, data);
  renameSync(partial, path);
}

/**
 * A fresh, empty directory beside `target` to prepare it in. Leftovers of runs that were killed are removed. In the cache
 * directory the target is entered in the list of what flatenn made; what stands in its place and is in no list stays.
 *
 * @param {string} target
 * @returns {string}
 */
export function partialDirectory(target) {
  mkdirSync(dirname(target), { recursive: true });
  if (!claim(target))
    throw new SetupProblem(
      `${target} is in the way, and flatenn's list of what it made there does not name it: an earlier version made it, or ` +
        "you did. Move it away and repeat the command, or set FLATENN_CACHE to another directory.",
    );
  removePartials(target);
  const partial = `${target}.${process.pid}.partial`;
  mkdirSync(partial);
  process.once("exit", () => rmSync(partial, { recursive: true, force: true }));
  return partial;
}

/**
 * A fresh directory for temporary files, open to this user alone and gone when the process ends; what killed processes of
 * this user's left is removed now. src/base/files/scratch.ts has the same rule.
 *
 * @param {string} prefix
 * @param {string} [parent]
 * @returns {string}
 */
export function scratchDirectory(prefix, parent = tmpdir()) {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(prefix)
      ? /^(\d+)-[A-Za-z0-9]{6}$/.exec(name.slice(prefix.length))?.[1]
      : undefined;
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      const stat = lstatSync(join(parent, name));
      const isOwn = process.getuid === undefined || stat.uid === process.getuid();
      if (stat.isDirectory() && isOwn) rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // another process was first; whatever stays is in nobody's way
    }
  }
  const path = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  process.once("exit", () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** @param {string} target */
function removePartials(target) {
  const start = `${basename(target)}.`;
  for (const name of readdirSync(dirname(target))) {
    const owner = name.startsWith(start) ? /^(?:old\.)?(\d+)\.partial$/.exec(name.slice(start.length)) : null;
    if (owner && (Number(owner[1]) === process.pid || !isAlive(Number(owner[1])))) {
      rmSync(join(dirname(target), name), { recursive: true, force: true });
    }
  }
}

/**
 * Moves a finished directory to its place. The old one, if any, is moved aside first, so that at no moment
 * a mixture of both stands there; a run killed between the two moves leaves nothing, which the next notices.
 *
 * @param {string} partial
 * @param {string} target
 */
export function moveIntoPlace(partial, target) {
  const old = `${target}.old.${process.pid}.partial`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(partial, target);
  rmSync(old, { recursive: true, force: true });
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

const LOCK_STALE_MS = 30_000;

/**
 * Waits until no other set-up works on this checkout, then holds it until the process ends: two `npm ci` at
 * once would destroy each other's work. A lock whose holder is gone (killed, machine restarted) is taken over.
 *
 * @param {string} path
 */
export async function takeLock(path) {
  for (let told = false; ; await sleep(200)) {
    checkInterrupted();
    try {
      const handle = openSync(path, "wx");
      writeSync(handle, String(process.pid));
      closeSync(handle);
      process.once("exit", () => rmSync(path, { force: true }));
      setInterval(() => existsSync(path) && utimesSync(path, new Date(), new Date()), 5_000).unref();
      return;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    const holder = lockHolder(path);
    if (holder === undefined) rmSync(path, { force: true });
    else if (!told) {
      say(`another set-up (process ${holder}) is at work: waiting for it`);
      told = true;
    }
  }
}

/** @param {string} path */
function lockHolder(path) {
  try {
    const age = Date.now() - statSync(path).mtimeMs;
    const pid = Number(readFileSync(path, "utf8"));
    // An empty file is a lock whose holder is just about to write its number.
    if (age < 1_000 && pid === 0) return "?";
    return pid > 0 && isAlive(pid) && age < LOCK_STALE_MS ? pid : undefined;
  } catch {
    return "?";
  }
}

/**
 * Bytes that a file or directory takes; 0 if it is missing. Links are not followed.
 *
 * @param {string} path
 * @returns {number}
 */
export function diskSize(path) {
  try {
    const stat = lstatSync(path);
    if (!stat.isDirectory()) return stat.size;
    let bytes = 0;
    for (const name of readdirSync(path)) bytes += diskSize(join(path, name));
    return bytes;
  } catch {
    return 0; // gone while we looked: a download that is being moved
  }
}

/** @param {number} bytes */
export function megabytes(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}
