import { appendFileSync, existsSync, lstatSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { writeFileAtomic } from "./atomic.js";
import { fileName, isFileName } from "./file-name.js";
import { makeFolder } from "./make-folder.js";

/** The list, in a folder that may be a user's, of what this program made there (docs/formats.md). */
export const MADE_HERE = ".flatenn-made";
const HEADER = "# What flatenn made in this folder: it replaces and removes these, and nothing else.\n";

/** Names of a folder's list; none where it has no list. What does not name a file of the folder itself is left out. */
export function madeHere(folder: string): string[] {
  const path = join(folder, MADE_HERE);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").split(/\r?\n/).filter(isListable);
}

/**
 * Enters names in a folder's list before anything is made by them. `scripts/cache.mjs` has the same rule.
 * @param isOurs tells of a file that is there, and in no list, whether an earlier version made it
 * @throws UserError if others of these names are there: they are not ours to be written over
 */
export function claimNames(
  folder: string,
  names: readonly string[],
  isOurs: (name: string) => boolean = () => false,
): void {
  const known = new Set(madeHere(folder));
  const added = [...new Set(names)].filter((name) => !known.has(fileName(name)));
  const strange = added.filter((name) => isThere(join(folder, name)) && !isOurs(name));
  if (strange.length > 0)
    throw new UserError(
      `${folder} has ${strange.slice(0, 3).join(", ")}${strange.length > 3 ? " and more" : ""}, which flatenn did not make ` +
        `and so does not write over: move it away, or choose another folder`,
    );
  if (added.length === 0) return;
  makeFolder(folder);
  const path = join(folder, MADE_HERE);
  const header = existsSync(path) ? "" : HEADER;
  appendFileSync(path, header + added.map((name) => `${name}\n`).join(""));
}

/** Removes of these names what the folder's list has, there and in the list. */
export function removeMade(folder: string, names: readonly string[]): void {
  const known = madeHere(folder);
  const gone = new Set(names.filter((name) => known.includes(name)));
  if (gone.size === 0) return;
  for (const name of gone) rmSync(join(folder, name), { force: true });
  const kept = known.filter((name) => !gone.has(name));
  writeFileAtomic(join(folder, MADE_HERE), HEADER + kept.map((name) => `${name}\n`).join(""));
}

function isListable(line: string): boolean {
  return isFileName(line) && !line.startsWith("#");
}

/** Links to nothing count. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
