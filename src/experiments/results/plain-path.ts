import { symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../../base/errors.js";
import { openScratch } from "../../base/files/scratch.js";

/** A way to a file in which there is nothing but names. */
export interface PlainPath {
  readonly path: string;
  /** To be called when the file is no longer needed by that path. */
  release(): void;
}

/** What DuckDB reads as a pattern where the path of a table's file has it. */
const MEANS_SOMETHING = process.platform === "win32" ? /[?*[]/ : /[?*[\\]/;

/**
 * A path that DuckDB takes as it is: the absolute one, or, where a folder's name would be read as a pattern, one by a link to
 * the folder. DuckDB has no way to write such names that holds for all of them.
 * @throws UserError where no link can be made
 */
export function plainPath(path: string): PlainPath {
  const absolute = resolve(path);
  if (!MEANS_SOMETHING.test(absolute)) return { path: absolute, release() {} };
  const parent = [tmpdir(), "/tmp"].find((folder) => !MEANS_SOMETHING.test(resolve(folder)));
  const name = basename(absolute);
  if (parent === undefined || MEANS_SOMETHING.test(name))
    throw new UserError(`${path} cannot be opened by its name; rename it, or set TMPDIR to a plain name`);
  const scratch = openScratch("flatenn-link-", parent);
  const link = join(scratch.path, "folder");
  symlinkSync(dirname(absolute), link, "junction");
  return { path: join(link, name), release: scratch.remove };
}
