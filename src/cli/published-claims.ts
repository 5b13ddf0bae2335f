import { existsSync } from "node:fs";
import { join } from "node:path";
import { sharpnessRows } from "../analysis/sharpness-rows.js";
import type { Table } from "../exhibits/forms/table.js";
import { claimsTable } from "../exhibits/tables/claims-table.js";
import { publishedDirectory, readResultsFrom } from "../experiments/results/results.js";
import { readDocuments } from "../experiments/sharpness/documents.js";
import type { Study } from "../experiments/study/study.js";
import { tableText } from "./terminal.js";

/** The profile whose published results are the test of the claims. */
const FULL = "full";

/**
 * The claims table of the full study that comes with the repository, to stand beside a rerun of another profile; empty if
 * there is none, or it is the full study that was run.
 * @param directory where the full study's results are
 * @param text form of the table, default: as the terminal shows it
 */
export async function publishedClaims(
  { name, profile }: Study,
  directory = publishedDirectory(name, FULL),
  text: (table: Table) => string = tableText,
): Promise<string> {
  if (profile === FULL || !existsSync(join(directory, "results.json"))) return "";
  const results = await readResultsFrom(directory);
  const table = claimsTable(results, sharpnessRows(results, readDocuments(directory)));
  return `Published results of the full study, which comes with the repository (the rerun above is profile ${profile}):\n\n${text(table)}`;
}
