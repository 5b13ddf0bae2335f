/** Whether the files of published results say the same as each other; what the engine has to recompute is in verify.ts. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files/read-json.js";
import { settingsHash } from "../../base/settings-hash.js";
import { networkHash } from "../../networks/checkpoints/checkpoint.js";
import { planTrials, type Trial } from "../campaign/plan.js";
import { readManifest } from "../results/manifest.js";
import { resultsDocument, resultsOf } from "../results/results.js";
import type { TrialRow } from "../results/rows.js";
import { readTrials, summaryOf } from "../results/trial-table.js";
import { trialFiles } from "../results/trials.js";
import type { NetworkKey } from "../study/arms.js";
import { studyHash } from "../study/identity.js";
import { parseStudy } from "../study/schema.js";
import type { Study } from "../study/study.js";
import { checkFiles, checkTimings } from "./check-files.js";
import { checkNetworks, type PublishedNetwork } from "./check-networks.js";
import { type CheckedSharpness, checkSharpness } from "./check-sharpness.js";
import { checkStudy } from "./check-study.js";
import { describeTrial, listTrials } from "./describe-trial.js";
import { type Findings, together } from "./findings.js";

export interface CheckedResults extends Findings {
  readonly study: Study;
  /** Networks whose checkpoint can be read. */
  readonly networks: readonly PublishedNetwork[];
  /** Stored trials, and those of them that are trials of these networks: only they can be recomputed. */
  readonly rows: readonly TrialRow[];
  readonly planned: readonly TrialRow[];
  /** What was measured around these networks. */
  readonly sharpness: CheckedSharpness["documents"];
  /** What is not wrong but limits what the check says. */
  readonly notes: readonly string[];
}

/** Reads the settings of a folder of results. @throws UserError if they are missing or not valid */
export function readStudy(directory: string): Study {
  return parseStudy(readJson(join(directory, "study.json")));
}

/**
 * Holds the files of published results against each other: settings, checkpoints, `networks/`, `results.json`,
 * `trials.parquet` and `summary.csv`; and the settings against this program's own.
 * @param told the study that they are said to be of; default: what this program has by that name
 * @throws UserError if there are no settings to check anything against
 */
export async function checkResults(
  directory: string,
  checkpoints: string,
  told?: Study,
): Promise<CheckedResults> {
  const study = readStudy(directory);
  const problems: string[] = [];
  const attempt = async <T>(read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const { config } = readManifest(directory);
  if (config !== studyHash(study))
    problems.push(`study.json has the hash ${studyHash(study)}, the manifest's config is ${config}`);

  const { parquet } = trialFiles(directory);
  const rows = await attempt(() => readTrials(parquet));
  const checked = checkNetworks(study, directory, { checkpoints, trials: rows ?? [] });
  const { networks, measured, failures, notes } = checked;
  const sharpness = checkSharpness(study, directory, networks);
  const found = together([
    checkStudy(study, told),
    checkFiles(study, directory),
    checked,
    sharpness,
    checkTimings(study, directory, checkpoints),
  ]);
  problems.push(...found.problems);
  const common = { study, networks, sharpness: sharpness.documents, notes, notChecked: found.notChecked };
  const results = await attempt(() => readJson(join(directory, "results.json")));
  if (results !== undefined)
    problems.push(
      ...compareResults(
        results,
        resultsDocument(resultsOf(study, { networks: measured, failures, trials: [] })),
      ),
    );

  if (rows === undefined) return { ...common, rows: [], planned: [], problems };
  const trials = checkTrials(study, networks, rows);
  problems.push(...trials.problems);
  const summary = await attempt(async () => {
    const given = await summaryOf(parquet);
    return { given, stored: readFileSync(join(directory, "summary.csv")) };
  }).catch(missingFile);
  if (summary && !summary.stored.equals(summary.given))
    problems.push("summary.csv is not the summary of trials.parquet");
  return { ...common, rows, planned: trials.planned, problems };
}

/** A file that is not there is told by the manifest. */
function missingFile(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}

/** Compares results.json, by its keys, with what settings and networks give. */
function compareResults(found: unknown, wanted: Readonly<Record<string, unknown>>): string[] {
  const given = Object(found) as Record<string, unknown>;
  return [...new Set([...Object.keys(wanted), ...Object.keys(given)])]
    .filter((key) => !equal(given[key], wanted[key]))
    .map((key) => `results.json has other ${key} than ${key === "networks" ? "networks/" : "study.json"}`);
}

function equal(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && settingsHash(a) === settingsHash(b));
}

/** Compares the stored trials with those that the study plans for its networks. */
function checkTrials(
  study: Study,
  networks: readonly PublishedNetwork[],
  rows: readonly TrialRow[],
): { planned: TrialRow[]; problems: string[] } {
  const plan = new Map<string, Trial & NetworkKey>();
  for (const { arm, seed, checkpoint } of networks)
    for (const trial of planTrials(study, { arm, seed }, networkHash(checkpoint)))
      plan.set(trial.id, { ...trial, arm, seed });
  const stored = new Map(rows.map((row) => [row.id, row]));
  const planned = [...stored.values()].filter((row) => isOf(plan.get(row.id), row));
  const problems: string[] = [];
  const list = (what: string, trials: readonly (Trial & NetworkKey)[]) => {
    if (trials.length > 0) problems.push(`trials.parquet ${what} (${trials.length}):\n${listTrials(trials)}`);
  };
  list(
    "lacks trials of the plan",
    [...plan.values()].filter(({ id }) => !stored.has(id)),
  );
  list(
    "has trials that are not planned for these checkpoints",
    rows.filter(({ id }) => !plan.has(id)),
  );
  const seen = new Set<string>();
  list(
    "has trials twice",
    rows.filter(({ id }) => seen.size === seen.add(id).size),
  );
  for (const row of rows) {
    const trial = plan.get(row.id);
    if (trial && !isOf(trial, row))
      problems.push(`trial ${row.id} is ${describeTrial(trial)}, stored as ${describeTrial(row)}`);
  }
  for (const { arm, seed, row } of networks) {
    const clean = planned.find((trial) => trial.arm === arm && trial.seed === seed && trial.map < 0);
    if (row && clean && clean.correct !== row.correct)
      problems.push(
        `${arm}, seed ${seed}, without faults is right ${clean.correct} times in trials.parquet, ${row.correct} times in networks/`,
      );
  }
  return { planned, problems };
}

function isOf(trial: (Trial & NetworkKey) | undefined, row: TrialRow): boolean {
  return trial !== undefined && describeTrial(trial) === describeTrial(row);
}
