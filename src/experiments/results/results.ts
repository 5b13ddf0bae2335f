import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { fileName } from "../../base/files/file-name.js";
import { requireOptions } from "../../base/options.js";
import { ROOT } from "../../base/root.js";
import { idSchema } from "../../base/schema.js";
import { mainArms, seedsOfArm } from "../study/arms.js";
import { aboutStudy } from "../study/definition.js";
import { armSchema } from "../study/parts.js";
import type { Study } from "../study/study.js";
import { readManifest, requireSums } from "./manifest.js";
import { readDocument } from "./read-document.js";
import { failureSchema, isExploratory, networkRowSchema, type Results, requireTrials } from "./rows.js";
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

/** What is read of results.json; of settings it has only what study.json has too. */
const documentSchema = z.looseObject({
  networks: z.array(networkRowSchema),
  failures: z.array(failureSchema),
});

/**
 * What is read of study.json where nothing is run: models, data sets and fault models of the user's own need not be known
 * for a table of their results.
 */
const studySchema = z.looseObject({
  name: idSchema,
  profile: idSchema,
  exploratory: z.boolean(),
  frozen: z.boolean(),
  bits: z.looseObject({ weights: z.int(), activations: z.int() }),
  seeds: z.array(z.int()).min(1),
  arms: z.array(armSchema).min(1),
  campaign: z.looseObject({
    split: z.enum(["validation", "test"]),
    faults: z.array(z.string()).min(1),
    rates: z.array(z.number()).min(1),
    maps: z.int(),
    encoding: z.string(),
  }),
  extras: z.exactOptional(z.array(z.looseObject({ id: idSchema })).min(1)),
});

/** Files that {@link readResultsFrom} reads. */
const READ: readonly string[] = ["results.json", "study.json", "trials.parquet"];

export interface ReadOptions {
  /** Reads files whatever the manifest states of them, and says so in all that is shown; default: false. */
  readonly unchecked?: boolean;
}

/** Checks such options. @param what the function that they are of */
export function requireRead(what: string, options: ReadOptions): Required<ReadOptions> {
  const { unchecked = false } = requireOptions(what, options, { unchecked: true });
  return { unchecked };
}

/**
 * Reads the results of a finished run.
 * @throws UserError if the folder holds none, with what to do; if a file is not as the manifest states, or holds what cannot be
 */
export async function readResultsFrom(directory: string, options: ReadOptions = {}): Promise<Results> {
  const { unchecked } = requireRead("readResultsFrom", options);
  const path = join(directory, "results.json");
  if (!existsSync(path))
    throw new UserError(
      `there are no finished results in ${directory}; \`npm start\` or \`npx flatenn reproduce\` makes them`,
    );
  if (!unchecked) requireSums(directory, (name) => READ.includes(name));
  const { networks, failures } = readDocument(path, documentSchema);
  const study = readDocument(studyPath(directory), studySchema) as unknown as Study;
  if (!unchecked) requireOwnManifest(directory, study);
  const { parquet } = trialFiles(directory);
  const trials = requireTrials(await readTrials(parquet), parquet);
  return { ...resultsOf(study, { networks, failures, trials }), ...(unchecked && { unchecked }) };
}

/** Refuses settings that are not of the study that the manifest names. @throws UserError */
function requireOwnManifest(directory: string, study: Study): void {
  const manifest = readManifest(directory);
  const said = `${manifest.study}, profile ${manifest.profile}`;
  const found = `${study.name}, profile ${study.profile}`;
  if (said !== found)
    throw new UserError(`the manifest of ${directory} is of ${said}, study.json of ${found}; restore them`);
}

/** Reads results that come with the repository: what notebooks show. */
export async function readResults(study: string, profile: string): Promise<Results> {
  return readResultsFrom(publishedDirectory(study, profile));
}
