import { extname } from "node:path";
import { sharpnessRows } from "../analysis/sharpness-rows.js";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files/atomic.js";
import { type Table, toCsv, toHtml, toMarkdown } from "../exhibits/forms/table.js";
import { claimsTable } from "../exhibits/tables/claims-table.js";
import { readResultsFrom } from "../experiments/results/results.js";
import { readDocuments } from "../experiments/sharpness/documents.js";
import { requireMeasured } from "../experiments/sharpness/stored.js";
import { requireFolderOf, resultsFolder, type StudyOptions } from "./selection.js";
import { tableText } from "./terminal.js";

export interface ClaimsOptions extends StudyOptions {
  readonly results?: string;
  readonly sharpness?: string;
  readonly out?: string;
  readonly unchecked?: boolean;
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
  if (options.sharpness !== undefined) requireMeasured(options.sharpness);
  const { unchecked = false } = options;
  const results = await readResultsFrom(directory, { unchecked });
  const documents = readDocuments(options.sharpness ?? directory, { unchecked });
  const table = claimsTable(results, sharpnessRows(results, documents));
  console.log(tableText(table, "--out FILE.csv"));
  if (writer && out !== undefined) writeFileAtomic(out, writer(table));
}
