import { join } from "node:path";
import { publishedDirectory, readResultsFrom, resultsName } from "../results/results.js";
import { loadStudy, type StudyOptions } from "./selection.js";
import { writeExhibits } from "./write-exhibits.js";

export interface FiguresOptions extends StudyOptions {
  readonly results?: string;
  readonly out?: string;
}

/** `flatenn figures` */
export async function figures({ study: name, profile, results, out }: FiguresOptions): Promise<void> {
  const study = loadStudy(name, profile);
  const folder = out ?? join("figures", resultsName(study.name, study.profile));
  await writeExhibits(
    await readResultsFrom(results ?? publishedDirectory(study.name, study.profile)),
    folder,
  );
  console.log(`Tables and figures are in ${folder}`);
}
