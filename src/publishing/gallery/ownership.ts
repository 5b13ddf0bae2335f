import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { sweepHalfWritten } from "../../base/files/atomic.js";
import { claimNames, madeHere, removeMade } from "../../base/files/made-here.js";
import { CATALOGUE, type Catalogue, readCatalogue } from "./catalogue.js";

/** What lies in a folder of exhibits. */
type Contents = Pick<Catalogue, "discussion" | "figures" | "tables">;

const DISCUSSION = "discussion.md";

/** Names of the files of exhibits. */
function filesOf({ discussion, figures, tables }: Contents): string[] {
  const all = (names: readonly string[], endings: readonly string[]) =>
    names.flatMap((name) => endings.map((ending) => `${name}.${ending}`));
  const tableNames = tables.map(({ name }) => name);
  return [
    CATALOGUE,
    ...(discussion.length > 0 ? [DISCUSSION] : []),
    ...all(figures, ["json", "svg", "png"]),
    ...all(tableNames, ["csv", "md"]),
  ];
}

/**
 * Enters the files of exhibits in the list of their folder, before the first is written, and sweeps what a killed process
 * had half written there.
 * @throws UserError if the folder has files of these names that this program did not make
 */
export function claimExhibits(folder: string, contents: Contents): void {
  const former = new Set(formerFiles(folder));
  claimNames(folder, filesOf(contents), (name) => former.has(name));
  sweepHalfWritten(folder);
}

/** Removes the files of exhibits that the folder's list has had until now and that are no longer among them. */
export function removeFormer(folder: string, contents: Contents, pageFiles: readonly string[]): void {
  const kept = new Set([...filesOf(contents), ...pageFiles]);
  removeMade(
    folder,
    madeHere(folder).filter((name) => !kept.has(name)),
  );
}

/** What versions without a list made: the files that their catalogue names. */
function formerFiles(folder: string): string[] {
  if (!existsSync(join(folder, CATALOGUE))) return [];
  try {
    return filesOf(readCatalogue(folder));
  } catch (error) {
    if (error instanceof UserError) return []; // damaged, or no catalogue: it says nothing
    throw error;
  }
}
