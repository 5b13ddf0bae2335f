import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../../base/errors.js";
import { temporaryPath } from "../../base/files/atomic.js";
import { restoring } from "../../base/files/restoring.js";
import { openScratch } from "../../base/files/scratch.js";
import { type Database, IN_MEMORY, openDatabase, quoted, reasonOf } from "./database.js";
import { plainPath } from "./plain-path.js";
import type { TrialRow } from "./rows.js";

/** Columns of a trial, in the order of tables and files. */
const COLUMNS: Readonly<Record<keyof TrialRow, "VARCHAR" | "INTEGER" | "DOUBLE" | "INTEGER[]">> = {
  id: "VARCHAR",
  arm: "VARCHAR",
  seed: "INTEGER",
  encoding: "VARCHAR",
  layer: "VARCHAR",
  fault: "VARCHAR",
  rate: "DOUBLE",
  map: "INTEGER",
  correct: "INTEGER",
  images: "INTEGER",
  exposed: "INTEGER",
  faulty: "INTEGER",
  changed: "INTEGER",
  faultyByLayer: "INTEGER[]",
  changedByLayer: "INTEGER[]",
};
const NAMES = Object.keys(COLUMNS) as (keyof TrialRow)[];
const LISTED = NAMES.join(", ");
const ORDER = "arm, seed, encoding, layer, fault, rate, map, id";

/** SQL that makes an empty table of trials: an id stands in it once. */
export const CREATE_TRIALS = `CREATE TABLE trials (${NAMES.map((name) => `${name} ${COLUMNS[name]}${name === "id" ? " PRIMARY KEY" : " NOT NULL"}`).join(", ")})`;

/** Adds trials to the table: all of them, or none if it fails or is killed. */
export async function appendTrials({ connection }: Database, rows: readonly TrialRow[]): Promise<void> {
  const { INTEGER, LIST, listValue } = await import("@duckdb/node-api");
  const appender = await connection.createAppender("trials");
  for (const row of rows) {
    for (const name of NAMES) {
      const value = row[name];
      if (Array.isArray(value)) appender.appendList(listValue(value), LIST(INTEGER));
      else if (typeof value === "string") appender.appendVarchar(value);
      else if (COLUMNS[name] === "DOUBLE") appender.appendDouble(value as number);
      else appender.appendInteger(value as number);
    }
    appender.endRow();
  }
  appender.closeSync();
}

/** The table's trials in the order of files. */
export async function selectTrials({ connection }: Database, source = "trials"): Promise<TrialRow[]> {
  const reader = await connection.runAndReadAll(`SELECT ${LISTED} FROM ${source} ORDER BY ${ORDER}`);
  return reader.getRowObjectsJS() as unknown as TrialRow[];
}

/** Keeps the trials with these ids and drops the others. */
export async function keepTrials({ connection }: Database, wanted: ReadonlySet<string>): Promise<void> {
  await connection.run("CREATE OR REPLACE TEMP TABLE wanted (id VARCHAR)");
  const appender = await connection.createAppender("wanted", "main", "temp");
  for (const id of wanted) {
    appender.appendVarchar(id);
    appender.endRow();
  }
  appender.closeSync();
  await connection.run("DELETE FROM trials WHERE id NOT IN (SELECT id FROM wanted)");
}

// from sums of integers, which no order of the rows changes
const DEVIATION = `CASE WHEN count(*) > 1 THEN 100 * sqrt((count(*) * sum(correct::HUGEINT * correct) - sum(correct)::HUGEINT * sum(correct))
    / (count(*) * (count(*) - 1))) / max(images) END`;
/** What each network came to under each fault. */
const SUMMARY = `SELECT arm, seed, encoding, layer, fault, rate, count(*) AS maps, max(images) AS images,
      round(100 * sum(correct) / sum(images), 4) AS accuracy, round(${DEVIATION}, 4) AS deviation,
      round(100 * min(correct) / max(images), 4) AS lowest, round(100 * max(correct) / max(images), 4) AS highest,
      round(sum(faulty) / count(*), 2) AS faulty, round(sum(changed) / count(*), 2) AS changed
    FROM trials GROUP BY arm, seed, encoding, layer, fault, rate ORDER BY arm, seed, encoding, layer, fault, rate`;

/**
 * Writes the table as `trials.parquet`, sorted, and what each network came to under each fault as `summary.csv`: equal
 * trials give equal bytes.
 */
export async function exportTrials(database: Database, folder: string): Promise<void> {
  await copy(database, `SELECT ${LISTED} FROM trials ORDER BY ${ORDER}`, join(folder, "trials.parquet"), {
    options: "FORMAT parquet, COMPRESSION zstd",
  });
  await exportSummary(database, folder);
}

async function exportSummary(database: Database, folder: string): Promise<void> {
  await copy(database, SUMMARY, join(folder, "summary.csv"), { options: "FORMAT csv, HEADER" });
}

/** The bytes of the `summary.csv` that the trials of a `trials.parquet` give. @throws as {@link readTrials} does */
export async function summaryOf(path: string): Promise<Uint8Array> {
  const scratch = openScratch("flatenn-summary-");
  try {
    return await withParquet(path, async (database, source) => {
      await database.connection.run(`CREATE VIEW trials AS SELECT ${LISTED} FROM ${source}`);
      await exportSummary(database, scratch.path);
      return readFileSync(join(scratch.path, "summary.csv"));
    });
  } finally {
    scratch.remove();
  }
}

async function copy(
  { connection }: Database,
  query: string,
  path: string,
  { options }: { options: string },
): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await connection.run(`COPY (${query}) TO ${quoted(resolve(temporary))} (${options})`);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UserError(`${path} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
  renameSync(temporary, path);
}

/** Reads a `trials.parquet`. @throws UserError if it is missing, damaged or has other columns */
export async function readTrials(path: string): Promise<TrialRow[]> {
  return withParquet(path, selectTrials);
}

/** @param read gets a database without tables, and the file as it is named in its queries */
async function withParquet<T>(
  path: string,
  read: (database: Database, source: string) => Promise<T>,
): Promise<T> {
  if (!existsSync(path)) throw new UserError(`${path} is missing; ${restoring(path)}`);
  const place = plainPath(path);
  const database = await openDatabase(IN_MEMORY);
  try {
    // names of folders such as seed=0 are names, not columns
    const source = `read_parquet(${quoted(place.path)}, hive_partitioning = false)`;
    await requireColumns(database, source);
    return await read(database, source);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read as trials: ${reasonOf(error)}; ${restoring(path)}`, {
      cause: error,
    });
  } finally {
    database.close();
    place.release();
  }
}

/** A column of another type would come as values of another type, which nobody behind expects. */
async function requireColumns({ connection }: Database, source: string): Promise<void> {
  const reader = await connection.runAndReadAll(`DESCRIBE SELECT ${LISTED} FROM ${source}`);
  for (const [name, type] of reader.getRows() as [keyof TrialRow, string][])
    if (type !== COLUMNS[name]) throw new Error(`column ${name} must be ${COLUMNS[name]}, it is ${type}`);
}
