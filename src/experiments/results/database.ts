import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { messageOf, UserError } from "../../base/errors.js";

/** In place of a path: a database that is gone when it is closed. */
export const IN_MEMORY = ":memory:";

/** An open DuckDB database. */
export interface Database {
  readonly connection: DuckDBConnection;
  /** Closing again does nothing. */
  close(): void;
}

/**
 * Opens a DuckDB database, in one thread, so that equal tables give equal files.
 * @param path a file, made if there is none, or {@link IN_MEMORY}
 * @throws UserError if the file is damaged or in use
 */
export async function openDatabase(path: string): Promise<Database> {
  // loaded at the first use: most of the package does without it
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const settings = { threads: "1", memory_limit: "256MB", autoinstall_known_extensions: "false" };
  const place = path === IN_MEMORY ? path : resolve(path);
  let instance: Awaited<ReturnType<typeof DuckDBInstance.create>>;
  try {
    instance = await DuckDBInstance.create(place, { ...settings, ...(isMisread(place) && NO_LOG) });
  } catch (error) {
    const reason = reasonOf(error);
    const mend = /lock/i.test(reason)
      ? "another process has it open: wait until that is done"
      : "if it is damaged, move it away and run the same command again, which runs its trials anew";
    throw new UserError(`${path} cannot be opened as a database: ${reason}; ${mend}`, { cause: error });
  }
  const connection = await instance.connect();
  let open = true;
  return {
    connection,
    close() {
      if (open) connection.closeSync();
      if (open) instance.closeSync();
      open = false;
    },
  };
}

/** Every commit goes into the database's file at once, and none into a log beside it. */
const NO_LOG = { wal_autocheckpoint: "0B", auto_checkpoint_skip_wal_threshold: "0" };

/** Whether DuckDB would put its log elsewhere: it takes what follows the first question mark for settings. */
function isMisread(path: string): boolean {
  const folder = dirname(path);
  return process.platform !== "win32" && existsSync(folder) && realpathSync(folder).includes("?");
}

/** What DuckDB says of an error, in its first sentence. */
export function reasonOf(error: unknown): string {
  return messageOf(error).split("\n")[0]!;
}

/** A text as an SQL literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
