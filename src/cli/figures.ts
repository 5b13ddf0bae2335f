import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { PUBLISHED, readResultsFrom } from "../experiments/results/results.js";
import { readSelection, selectionFile } from "../experiments/selection/read-selection.js";
import { requireMeasured } from "../experiments/sharpness/stored.js";
import {
  type ExhibitOptions,
  type Written,
  writeExhibits,
  writeSelectionExhibits,
} from "../publishing/write-exhibits.js";
import { resultsFolder, type StudyOptions } from "./selection.js";

export interface FiguresOptions extends StudyOptions {
  readonly results?: string;
  readonly sharpness?: string;
  readonly out?: string;
  /** Everything that comes with the repository, each into its own folder. */
  readonly all?: boolean;
  readonly unchecked?: boolean;
}

/** `flatenn figures`: of a study's results, of a selection, or of all that there is. */
export async function figures({
  results,
  sharpness,
  out,
  all,
  unchecked = false,
  ...of
}: FiguresOptions): Promise<void> {
  if (all && (results ?? sharpness ?? out) !== undefined)
    throw new UserError("--all draws what comes with the repository into figures/; name no folder beside it");
  if (sharpness !== undefined) requireMeasured(sharpness);
  const sources = all ? publishedResults() : [resultsFolder({ ...of, results })];
  for (const source of sources) {
    const { folder, gallery } = await draw({ source, sharpness, out }, unchecked);
    console.log(`Tables and figures are in ${folder}; open ${gallery} in a browser to see them all`);
  }
}

async function draw(options: ExhibitOptions, unchecked: boolean): Promise<Written> {
  if (existsSync(selectionFile(options.source)))
    return writeSelectionExhibits(readSelection(options.source), options);
  return writeExhibits(await readResultsFrom(options.source, { unchecked }), options);
}

/** Folders of everything that comes with the repository and is finished, by name. */
function publishedResults(): string[] {
  return readdirSync(PUBLISHED)
    .sort()
    .map((name) => join(PUBLISHED, name))
    .filter((folder) => ["results.json", "selection.json"].some((name) => existsSync(join(folder, name))));
}
