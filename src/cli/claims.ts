import { extname } from "node:path";
import { writeFileAtomic } from "../checkpoints/atomic.js";
import { UserError } from "../errors.js";
import { claimsTable } from "../exhibits/claims-table.js";
import { sharpnessRows } from "../exhibits/sharpness-rows.js";
import { type Table, toCsv, toHtml, toMarkdown, toText } from "../exhibits/table.js";
import { publishedDirectory, readResultsFrom } from "../results/results.js";
import { readDocuments } from "../sharpness/documents.js";
import { loadStudy, requireFolderOf, type StudyOptions } from "./selection.js";

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
  const study = loadStudy(options.study, options.profile);
  const directory = options.results ?? publishedDirectory(study.name, study.profile);
  const results = await readResultsFrom(directory);
  const sharpness = sharpnessRows(results, readDocuments(options.sharpness ?? directory));
  const table = claimsTable(results, sharpness);
  console.log(toText(table));
  if (writer && out !== undefined) writeFileAtomic(out, writer(table));
}
