import { extname } from "node:path";
import { writeFileAtomic } from "../checkpoints/atomic.js";
import { UserError } from "../errors.js";
import { claimsTable } from "../exhibits/claims-table.js";
import { type Table, toCsv, toHtml, toMarkdown, toText } from "../exhibits/table.js";
import { publishedDirectory, readResultsFrom } from "../results/results.js";
import { loadStudy, type StudyOptions } from "./selection.js";

export interface ClaimsOptions extends StudyOptions {
  readonly results?: string;
  readonly out?: string;
}

const WRITERS: Readonly<Record<string, (table: Table) => string>> = {
  ".csv": toCsv,
  ".md": toMarkdown,
  ".html": toHtml,
};

/** `flatenn claims` */
export async function claimsCommand({ study: name, profile, results, out }: ClaimsOptions): Promise<void> {
  const study = loadStudy(name, profile);
  const table = claimsTable(await readResultsFrom(results ?? publishedDirectory(study.name, study.profile)));
  console.log(toText(table));
  if (out === undefined) return;
  const writer = WRITERS[extname(out)];
  if (!writer) throw new UserError(`--out must end with ${Object.keys(WRITERS).join(", ")}, got ${out}`);
  writeFileAtomic(out, writer(table));
}
