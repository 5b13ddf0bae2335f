import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "../../base/files/read-json.js";
import type { CandidateRow } from "./select.js";
import type { SelectionRecord } from "./select-results.js";

/** A selection as it lies in its folder: what it says of itself, and every network that it measured. */
export interface StoredSelection {
  readonly record: SelectionRecord;
  /** All of them, those also that no stage names: the base arms, and values that the rule did not ask for in the end. */
  readonly candidates: readonly CandidateRow[];
}

/** Reads a selection from the folder in which `flatenn select` ran. */
export function readSelection(directory: string): StoredSelection {
  return {
    record: readJson(selectionFile(directory)) as SelectionRecord,
    candidates: candidateRows(directory),
  };
}

/** Where a folder has its selection, if it has one. */
export function selectionFile(directory: string): string {
  return join(directory, "selection.json");
}

/** What was measured on the networks of a selection, in the order of their files' names. */
export function candidateRows(directory: string): CandidateRow[] {
  const folder = candidatesFolder(directory);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^[^.].*\.json$/.test(name)) : [];
  return names.sort().map((name) => readJson(join(folder, name)) as CandidateRow);
}

/** The folder of the files that {@link candidateRows} reads. */
export function candidatesFolder(directory: string): string {
  return join(directory, "candidates");
}
