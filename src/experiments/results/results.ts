import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { fileName } from "../../base/files/file-name.js";
import { readJson } from "../../base/files/read-json.js";
import { ROOT } from "../../base/root.js";
import { mainArms, seedsOfArm } from "../study/arms.js";
import { aboutStudy } from "../study/definition.js";
import type { Study } from "../study/study.js";
import { isExploratory, type Results } from "./rows.js";
import { studyPath } from "./store.js";
import { readTrials } from "./trial-table.js";
import { trialFiles } from "./trials.js";

/** What folders of results and figures are called: the full profile is the study itself, the others are named after it. */
export function resultsName(study: string, profile: string): string {
  return fileName(profile === "full" ? study : `${study}-${profile}`);
}

/** Where all results that come with the repository are. */
export const PUBLISHED = join(ROOT, "data", "results");

/** Where those of a study's profile are. */
export function publishedDirectory(study: string, profile: string): string {
  return join(PUBLISHED, resultsName(study, profile));
}

/** Puts a study, its networks, the trainings that failed and the trials together. */
export function resultsOf(
  study: Study,
  { networks, failures, trials }: Pick<Results, "networks" | "failures" | "trials">,
): Results {
  return { study, ...aboutStudy(study), networks, failures, trials };
}

/** What `results.json` holds (docs/formats.md): networks and failures, and of the settings what a reader of them needs. */
export function resultsDocument({ study, networks, failures }: Omit<Results, "trials">) {
  const { name, profile, bits, arms, seeds, campaign, extras } = study;
  const { split, encoding, faults, rates, maps } = campaign;
  const others = arms.flatMap((arm) =>
    arm.group ? [{ id: arm.id, group: arm.group, seeds: seedsOfArm(study, arm).length }] : [],
  );
  return {
    study: name,
    profile,
    exploratory: isExploratory(study),
    split,
    encoding,
    bits,
    arms: mainArms(study),
    faults,
    rates,
    seeds,
    maps,
    ...(others.length > 0 && { others }),
    ...(extras && { extras }),
    networks,
    failures,
  };
}

/** Writes all of a run's results but its trials, which stand in `trials.parquet`, and its settings, in `study.json`. */
export function writeResults(directory: string, results: Results): void {
  writeFileAtomic(join(directory, "results.json"), `${JSON.stringify(resultsDocument(results), null, 2)}\n`);
}

/** Reads the results of a finished run. @throws UserError if the folder holds none, with what to do */
export async function readResultsFrom(directory: string): Promise<Results> {
  const path = join(directory, "results.json");
  if (!existsSync(path))
    throw new UserError(
      `there are no finished results in ${directory}; \`npm start\` or \`npx flatenn reproduce\` makes them`,
    );
  const { networks, failures } = readJson(path) as Pick<Results, "networks" | "failures">;
  const trials = await readTrials(trialFiles(directory).parquet);
  return resultsOf(readJson(studyPath(directory)) as Study, { networks, failures, trials });
}

/** Reads results that come with the repository: what notebooks show. */
export async function readResults(study: string, profile: string): Promise<Results> {
  return readResultsFrom(publishedDirectory(study, profile));
}
