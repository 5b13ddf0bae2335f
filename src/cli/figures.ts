import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCurves } from "../results/curves.js";
import { readJson } from "../results/read-json.js";
import { publishedDirectory, readResultsFrom, resultsName } from "../results/results.js";
import type { SelectionRecord } from "../selection/select-results.js";
import { loadStudy, type StudyOptions } from "./selection.js";
import { writeExhibits, writeSelectionExhibits } from "./write-exhibits.js";

export interface FiguresOptions extends StudyOptions {
  readonly results?: string;
  readonly out?: string;
}

/** `flatenn figures`: of a study's results, or of a selection. */
export async function figures({ study: name, profile, results, out }: FiguresOptions): Promise<void> {
  const study = loadStudy(name, profile);
  const folder = out ?? join("figures", resultsName(study.name, study.profile));
  const directory = results ?? publishedDirectory(study.name, study.profile);
  const selection = join(directory, "selection.json");
  if (existsSync(selection)) await writeSelectionExhibits(readJson(selection) as SelectionRecord, folder);
  else {
    const curves = readCurves(join(directory, "checkpoints"));
    await writeExhibits({ results: await readResultsFrom(directory), curves }, folder);
  }
  console.log(`Tables and figures are in ${folder}`);
}
