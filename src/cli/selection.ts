import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../base/errors.js";
import { parseJson } from "../base/json.js";
import { loadFaultModel } from "../experiments/fault-files/load.js";
import { publishedDirectory } from "../experiments/results/results.js";
import { openStore, type Store } from "../experiments/results/store.js";
import { withContent } from "../experiments/study/content.js";
import { definitionOf } from "../experiments/study/definition.js";
import { studyHash } from "../experiments/study/identity.js";
import { parseStudy } from "../experiments/study/schema.js";
import type { Study } from "../experiments/study/study.js";
import { withFaults } from "../experiments/study/with-faults.js";
import { readStudy } from "../experiments/verification/check-results.js";
import { findStudy } from "../studies/registry.js";

/** Options that every command has. */
export interface StudyOptions {
  readonly study: string;
  readonly profile: string;
  /** Modules that were imported first. */
  readonly extension?: readonly string[];
  readonly verbose?: boolean;
}

/** Options of the commands that work in the folder of a run. */
export interface RunOptions extends StudyOptions {
  readonly seed?: number;
  readonly out?: string;
  /** Ids of fault models in place of the study's; empty for the study's. */
  readonly faults?: readonly string[];
  /** Appended to the name of the default folder. */
  readonly variant?: string;
  /** Networks are read whatever the manifest beside them states of their files; it is said. */
  readonly unchecked?: boolean;
}

/** A study by its name and profile, or by the path of a .json file that holds one of the user's own. */
export function loadStudy(name: string, profile: string): Study {
  if (!name.endsWith(".json")) return findStudy(name, profile);
  let value: unknown;
  try {
    value = parseJson(readFileSync(name, "utf8"));
  } catch (error) {
    throw new UserError(`--study ${name} cannot be read: ${(error as Error).message}`);
  }
  const study = parseStudy(value);
  requireOwnName(study, name);
  return definitionOf(study) ? study : withContent(study);
}

/**
 * Only this program says which study of its own is frozen: a file of that name may hold what the program has, with other
 * faults at most, and nothing else that reads test images or passes for a test of the claims.
 */
function requireOwnName(study: Study, path: string): void {
  if (!study.frozen || definitionOf(study) === undefined || isKnown(study)) return;
  throw new UserError(
    `--study ${path} says that ${study.name}, profile ${study.profile}, is frozen, but it is not the study of that name ` +
      "which comes with this program; give it a name of its own, or set frozen to false",
  );
}

/** Whether these are the settings of a study that this program has, with other faults at most. */
function isKnown(study: Study): boolean {
  const namesakes = definitionOf(study)?.profiles ?? [];
  const known = namesakes.flatMap((each) => [each, withFaults(each, study.campaign.faults)]);
  return known.map(studyHash).includes(studyHash(study));
}

/** Loads fault models, by id or as modules of the user's own. @returns their ids, known from now on */
export async function loadFaults(models: readonly string[]): Promise<string[]> {
  return (await Promise.all(models.map(loadFaultModel))).map(({ id }) => id);
}

/**
 * The study that options name, and the folder of its run.
 * @param checkpoints where its trained networks are; default: in the folder
 */
export function openRun(
  { study: name, profile, out, faults = [], variant = "", unchecked = false }: RunOptions,
  checkpoints?: (study: Study, directory: string) => string,
): { study: Study; store: Store } {
  const study = withFaults(loadStudy(name, profile), faults);
  // the settings are part of the name: a changed study starts a new folder and loses nothing of the old one
  const directory =
    out ?? join("data", "runs", `${study.name}-${study.profile}-${studyHash(study).slice(0, 8)}${variant}`);
  const elsewhere = checkpoints && { checkpoints: checkpoints(study, directory) };
  sayUnchecked(unchecked);
  return { study, store: openStore(study, directory, { ...elsewhere, unchecked }) };
}

/** Says that files are read without being held against their checksums, if so. */
export function sayUnchecked(unchecked: boolean): void {
  if (unchecked)
    console.log("UNCHECKED: trained networks are read without being held against their checksums.");
}

/** Options of the commands that read results. */
export interface ResultsOptions extends StudyOptions {
  readonly results?: string | undefined;
}

/** The folder of results that options name: a run's, or the published ones of a study and profile, which is said. */
export function resultsFolder({ results, study: name, profile }: ResultsOptions): string {
  if (results !== undefined) return results;
  const study = loadStudy(name, profile);
  console.log(`Published results: ${study.name}, profile ${study.profile} (--profile names another)\n`);
  return publishedDirectory(study.name, study.profile);
}

/** The study whose results options name: the one that the folder of a run says, if it says one. */
export function studyOfResults({ results, study, profile }: ResultsOptions): Study {
  const isTold = results !== undefined && existsSync(join(results, "study.json"));
  return isTold ? readStudy(results) : loadStudy(study, profile);
}

/** Where trained networks come from: as told, else the folder's own, else those that come with the repository. */
export function checkpointsFor(
  { name, profile }: Study,
  directory: string,
  told: string | undefined,
): string {
  if (told !== undefined) {
    if (existsSync(told)) return told;
    throw new UserError(`--checkpoints must be a folder with trained networks; there is no ${told}`);
  }
  const own = join(directory, "checkpoints");
  const published = join(publishedDirectory(name, profile), "checkpoints");
  return existsSync(own) || !existsSync(published) ? own : published;
}

/** Refuses a file to be written in a folder that is not there, before the work is done. @param out undefined: none is asked for */
export function requireFolderOf(out: string | undefined): void {
  if (out === undefined || existsSync(dirname(out))) return;
  throw new UserError(`--out ${out} cannot be written: there is no folder ${dirname(out)}; make it first`);
}

/** The seeds that options ask for. @throws UserError for one that the study does not have */
export function seedsOf(study: Study, seed: number | undefined): readonly number[] {
  if (seed === undefined) return study.seeds;
  if (study.seeds.includes(seed)) return [seed];
  throw new UserError(
    `--seed must be one of ${study.seeds.join(", ")} in profile ${study.profile}, got ${seed}`,
  );
}
