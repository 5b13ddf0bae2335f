import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../base/errors.js";
import { temporaryPath } from "../../base/files/atomic.js";
import { makeFolder } from "../../base/files/make-folder.js";
import { studyHash } from "../study/identity.js";

import type { Study } from "../study/study.js";
import { type Database, openDatabase, quoted, reasonOf } from "./database.js";
import type { TrialRow } from "./rows.js";
import {
  appendTrials,
  CREATE_TRIALS,
  exportTrials,
  keepTrials,
  readTrials,
  selectTrials,
} from "./trial-table.js";

/** Layout of the database: raised when a program of an older version could not read it. */
const VERSION = 2;

/** The trials of a run while it is going on. One process writes; what it added is there after any kill. */
export interface Trials {
  /** Every stored trial, in the order of `trials.parquet`. */
  rows(): Promise<TrialRow[]>;
  /** Stores finished trials: all, or none if it fails. @throws UserError when the disk is full */
  add(rows: readonly TrialRow[]): Promise<void>;
  /**
   * Writes `trials.parquet` and `summary.csv`, of these trials alone, removes the database and gives the trials back.
   * @param wanted ids of the trials that belong to the networks there are now; others, of networks since replaced, go
   */
  publish(wanted: ReadonlySet<string>): Promise<TrialRow[]>;
  close(): void;
}

/** Where a run keeps its trials while it is going on, and where when it is done. */
export function trialFiles(directory: string): Readonly<Record<"database" | "parquet" | "summary", string>> {
  return {
    database: join(directory, "unfinished", "trials.duckdb"),
    parquet: join(directory, "trials.parquet"),
    summary: join(directory, "summary.csv"),
  };
}

/** The trials that a folder holds, finished or not; none if there are none. */
export async function storedTrials(study: Study, directory: string): Promise<TrialRow[]> {
  const { database, parquet } = trialFiles(directory);
  if (!existsSync(database)) return existsSync(parquet) ? readTrials(parquet) : [];
  const trials = await openTrials(study, directory);
  try {
    return await trials.rows();
  } finally {
    trials.close();
  }
}

/**
 * Opens the trials of a run, going on from a database that an interrupted run left, else from `trials.parquet`.
 * @throws UserError for a database of another version or study, or one that is damaged or in use
 */
export async function openTrials(study: Study, directory: string): Promise<Trials> {
  const { database: path, parquet } = trialFiles(directory);
  if (!existsSync(path)) await create(path, study, existsSync(parquet) ? await readTrials(parquet) : []);
  const database = await openDatabase(path);
  try {
    await requireOurs(database, path, study);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    rows: () => selectTrials(database),
    add: (rows) => storing(path, STORED, () => appendTrials(database, rows)),
    async publish(wanted) {
      await storing(path, STORED, () => keepTrials(database, wanted));
      const rows = await selectTrials(database);
      await exportTrials(database, directory);
      database.close();
      remove(path);
      removeEmpty(dirname(path));
      return rows;
    },
    close: () => database.close(),
  };
}

const STORED = "What was stored before is kept.";

/** Does what writes to the database. @param kept what there is all the same. @throws UserError that says why it failed */
async function storing(path: string, kept: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const reason = reasonOf(error);
    const isFull = /space|quota|file too large|could not write|cannot write/i.test(reason);
    const mend = isFull ? "Free some space" : "Mend that (is the folder still there, and may it be written?)";
    throw new UserError(
      `trials could not be stored in ${path}: ${reason}\n` +
        `${kept} ${mend} and run the same command again: it goes on from there.`,
      { cause: error },
    );
  }
}

/** Removes a closed database, with the log that a kill may have left beside it. */
function remove(path: string): void {
  for (const file of [path, `${path}.wal`]) rmSync(file, { force: true });
}

/** Removes a folder if nothing is in it. */
function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Makes the database beside its place and moves it there when it is whole. */
async function create(path: string, study: Study, rows: readonly TrialRow[]): Promise<void> {
  const temporary = temporaryPath(path);
  makeFolder(dirname(path));
  const database = await openDatabase(temporary);
  try {
    const kept = rows.length > 0 ? "The trials of trials.parquet are kept." : "No trial was stored yet.";
    await storing(path, kept, async () => {
      await database.connection.run(CREATE_TRIALS);
      await database.connection.run(
        `CREATE TABLE header AS SELECT ${VERSION}::INTEGER AS version, ${quoted(studyHash(study))} AS study`,
      );
      if (rows.length > 0) await appendTrials(database, rows);
      await database.connection.run("CHECKPOINT");
    });
    database.close();
    renameSync(temporary, path);
  } catch (error) {
    database.close();
    remove(temporary);
    throw error;
  }
}

async function requireOurs({ connection }: Database, path: string, study: Study): Promise<void> {
  let version: unknown;
  let owner: unknown;
  try {
    [[version, owner]] = (await connection.runAndReadAll("SELECT version, study FROM header")).getRows() as [
      [unknown, unknown],
    ];
  } catch (error) {
    throw new UserError(
      `${path} holds no trials (${reasonOf(error)}); move it away and run the command again`,
      {
        cause: error,
      },
    );
  }
  if (version !== VERSION)
    throw new UserError(
      `${path} has the layout of version ${version}, this program reads version ${VERSION}; finish it with the program ` +
        "that began it, or move it away and run its trials again",
    );
  if (owner !== studyHash(study))
    throw new UserError(`${path} belongs to a study with other settings; choose another folder with --out`);
}
