import type { DuckDBConnection } from "@duckdb/node-api";
import { UserError } from "../../base/errors.js";

/** An open DuckDB database. */
export interface Database {
  readonly connection: DuckDBConnection;
  /** Closing again does nothing. */
  close(): void;
}

/**
 * Opens a DuckDB database, in one thread, so that equal tables give equal files.
 * @param path a file, made if there is none, or `":memory:"`
 * @throws UserError if the file is damaged or in use
 */
export async function openDatabase(path: string): Promise<Database> {
  // loaded at the first use: most of the package does without it
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const settings = { threads: "1", memory_limit: "256MB", autoinstall_known_extensions: "false" };
  let instance: Awaited<ReturnType<typeof DuckDBInstance.create>>;
  try {
    instance = await DuckDBInstance.create(path, settings);
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

/** What DuckDB says of an error, in its first sentence. */
export function reasonOf(error: unknown): string {
  return (error as Error).message.split("\n")[0]!;
}

/** A text as an SQL literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
