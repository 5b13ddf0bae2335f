import { UserError } from "../../base/errors.js";
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
  readonly claims?: readonly { readonly id: string; readonly statement: string }[];
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

/** Reads a catalogue. @throws UserError for one without lists of figures and tables */
export function readCatalogue(path: string): Catalogue {
  const found = readJson(path) as Partial<Catalogue> | null;
  const isName = (name: unknown) => typeof name === "string" && /^[\w-]+$/.test(name);
  const isWhole =
    Array.isArray(found?.figures) &&
    Array.isArray(found.tables) &&
    found.figures.every(isName) &&
    found.tables.every((each) => isName(each?.name) && typeof each.table === "object");
  if (isWhole) return found as Catalogue;
  throw new UserError(`${path} must list figures and tables, each by its name; ${restoring(path)}`);
}
