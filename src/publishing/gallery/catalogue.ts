import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { isFileName } from "../../base/files/file-name.js";
import { readJson } from "../../base/files/read-json.js";
import { restoring } from "../../base/files/restoring.js";
import type { Table } from "../../exhibits/forms/table.js";

/** What a folder of exhibits holds (`exhibits.json`): enough to show all of it on a page. */
export interface Catalogue {
  readonly format: "flatenn-exhibits-1";
  readonly study: string;
  readonly profile: string;
  /** True for everything that precedes the frozen study: no verdict of it counts as a test of a claim. */
  readonly exploratory: boolean;
  /** What the study judges: the claims in words; catalogues of version 0.1 have none. */
  readonly claims?: readonly { readonly id: string; readonly statement: string }[] | undefined;
  /** Number of seeds, maps and images, bits, encoding: one line. */
  readonly conditions: string;
  /** The paragraphs of `discussion.md`; none: there is no such file. */
  readonly discussion: readonly string[];
  /** Where the numbers come from, and how to check them. */
  readonly provenance: readonly { readonly what: string; readonly value: string }[];
  /** Names of `<name>.json` (plotly), `<name>.svg` and `<name>.png`. */
  readonly figures: readonly string[];
  /** The tables of `<name>.csv` and `<name>.md`. */
  readonly tables: readonly { readonly name: string; readonly table: Table }[];
}

export const CATALOGUE = "exhibits.json";

const text = z.string();
const name = text.refine(isFileName, "must be the name of a file in the folder, without slashes");
const table = z.looseObject({
  title: text,
  caption: text,
  columns: z.array(z.looseObject({ key: text, title: text, align: z.enum(["left", "right"]) })),
  rows: z.array(z.record(text, z.union([z.number(), text, z.null()]))),
});
const catalogue = z.looseObject({
  format: z.literal("flatenn-exhibits-1"),
  study: text,
  profile: text,
  exploratory: z.boolean(),
  claims: z.optional(z.array(z.looseObject({ id: text, statement: text }))),
  conditions: text,
  discussion: z.array(text),
  provenance: z.array(z.looseObject({ what: text, value: text })),
  figures: z.array(name),
  tables: z.array(z.looseObject({ name, table })),
});

/** The catalogue of a folder. @throws UserError that names the file and the part that is not as it should be */
export function readCatalogue(folder: string): Catalogue {
  const path = join(folder, CATALOGUE);
  const result = catalogue.safeParse(readJson(path));
  if (result.success) return result.data as unknown as Catalogue;
  const [{ path: where, message }] = result.error.issues as [z.core.$ZodIssue];
  throw new UserError(`${path} is damaged (${where.map(String).join(".")}: ${message}); ${restoring(path)}`);
}
