import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "../results/read-json.js";
import { publishedDirectory, readResultsFrom } from "../results/results.js";
import type { SelectionRecord } from "../selection/select-results.js";
import { loadStudy, type StudyOptions } from "./selection.js";
import { writeExhibits, writeSelectionExhibits } from "./write-exhibits.js";

export interface FiguresOptions extends StudyOptions {
  readonly results?: string;
  readonly sharpness?: string;
  readonly out?: string;
}

/** `flatenn figures`: of a study's results, or of a selection. */
export async function figures({ results, sharpness, out, ...of }: FiguresOptions): Promise<void> {
  const study = loadStudy(of.study, of.profile);
  const source = results ?? publishedDirectory(study.name, study.profile);
  const selection = join(source, "selection.json");
  const { folder, gallery } = existsSync(selection)
    ? await writeSelectionExhibits(readJson(selection) as SelectionRecord, { out })
    : await writeExhibits(await readResultsFrom(source), { source, sharpness, out });
  console.log(`Tables and figures are in ${folder}; open ${gallery} in a browser to see them all`);
}
