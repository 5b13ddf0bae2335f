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
