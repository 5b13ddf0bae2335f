import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { networkFile } from "../../base/files/network-file.js";
import { readDocument } from "./read-document.js";
import { type Failure, failureSchema } from "./rows.js";
import type { Store } from "./store.js";

/** Where failures are looked for: in the folder of a run, then beside networks that come from elsewhere. */
type Places = Pick<Store, "directory"> & Partial<Pick<Store, "checkpoints">>;

/**
 * The failure of a network of these settings, if the store has one.
 * @throws UserError for a file that cannot be read, or that is of another network than its name says
 */
export function readFailure(store: Places, arm: string, seed: number, config: string): Failure | undefined {
  for (const directory of foldersOf(store)) {
    const path = failurePath(directory, arm, seed);
    if (!existsSync(path)) continue;
    const found = readDocument(path, failureSchema);
    if (found.arm !== arm || found.seed !== seed)
      throw new UserError(`${path} is of ${found.arm}, seed ${found.seed}; move it away, or restore it`);
    if (found.config === config) return found;
  }
  return undefined;
}

/** Keeps a failure. */
export function saveFailure(store: Pick<Store, "directory">, failure: Failure): void {
  const path = failurePath(store.directory, failure.arm, failure.seed);
  writeFileAtomic(path, `${JSON.stringify(failure, null, 2)}\n`);
}

/** Where a run's folder says that a training failed. */
export function failurePath(directory: string, arm: string, seed: number): string {
  return networkFile(join(directory, "failed"), { arm, seed });
}

function foldersOf({ directory, checkpoints }: Places): readonly string[] {
  const beside =
    checkpoints !== undefined && basename(checkpoints) === "checkpoints" ? dirname(checkpoints) : directory;
  return beside === directory ? [directory] : [directory, beside];
}
