import { extname } from "node:path";
import { sharpnessRows } from "../analysis/sharpness-rows.js";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files/atomic.js";
import { type Table, toCsv, toHtml, toMarkdown } from "../exhibits/forms/table.js";
import { claimsTable } from "../exhibits/tables/claims-table.js";
import { readResultsFrom } from "../experiments/results/results.js";
import { readDocuments } from "../experiments/sharpness/documents.js";
import { requireFolderOf, resultsFolder, type StudyOptions } from "./selection.js";
import { tableText } from "./terminal.js";

export interface ClaimsOptions extends StudyOptions {
  readonly results?: string;
  readonly sharpness?: string;
  readonly out?: string;
}

const WRITERS: Readonly<Record<string, (table: Table) => string>> = {
  ".csv": toCsv,
  ".md": toMarkdown,
  ".html": toHtml,
};

/** `flatenn claims` */
export async function claimsCommand({ out, ...options }: ClaimsOptions): Promise<void> {
  const writer = out === undefined ? undefined : WRITERS[extname(out)];
  if (out !== undefined && !writer)
    throw new UserError(`--out must end with ${Object.keys(WRITERS).join(", ")}, got ${out}`);
  requireFolderOf(out);
  const directory = resultsFolder(options);
  const results = await readResultsFrom(directory);
  const sharpness = sharpnessRows(results, readDocuments(options.sharpness ?? directory));
  const table = claimsTable(results, sharpness);
  console.log(tableText(table, "--out FILE.csv"));
  if (writer && out !== undefined) writeFileAtomic(out, writer(table));
}
