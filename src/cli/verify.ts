import { randomInt } from "node:crypto";
import { UserError } from "../base/errors.js";
import { duration } from "../base/progress-text.js";
import { wrap } from "../exhibits/forms/table.js";
import { mismatchTable } from "../exhibits/tables/mismatch-table.js";
import type { Freeze } from "../experiments/study/definition.js";
import type { Study } from "../experiments/study/study.js";
import { missProbability } from "../experiments/verification/sample.js";
import { type Verification, verifyResults } from "../experiments/verification/verify.js";
import { untilInterrupted } from "./interrupts.js";
import { progressReporter } from "./progress-line.js";
import {
  checkpointsFor,
  loadFaults,
  loadStudy,
  resultsFolder,
  type StudyOptions,
  studyOfResults,
} from "./selection.js";
import { tableText, terminalWidth } from "./terminal.js";

export interface VerifyOptions extends StudyOptions {
  readonly results?: string;
  readonly checkpoints?: string;
  readonly fault: readonly string[];
  readonly share?: number;
  readonly all?: boolean;
  readonly arm: readonly string[];
  readonly sampleSeed?: number;
  readonly jobs?: number;
}

/** `flatenn verify` */
export async function verify(options: VerifyOptions): Promise<void> {
  const started = performance.now();
  await loadFaults(options.fault);
  const directory = resultsFolder(options);
  const checkpoints = checkpointsFor(studyOfResults(options), directory, options.checkpoints);
  const sampleSeed = options.sampleSeed ?? randomInt(1_000_000);
  const of = options.arm.length > 0 ? `; trials of ${options.arm.join(", ")}` : "";
  console.log(`Results in ${directory}, trained networks from ${checkpoints}${of}`);
  if (!options.all)
    console.log(
      "Checks every checksum and recomputes a random sample of the trials: of a full study this takes minutes.",
    );
  const report = progressReporter("recompute trials");
  const found = await untilInterrupted(
    (signal) =>
      verifyResults(directory, {
        sampleSeed,
        checkpoints,
        ...studyToHold(options),
        ...(options.all ? { share: 1 } : options.share !== undefined && { share: options.share }),
        ...(options.arm.length > 0 && { arms: options.arm }),
        ...(options.jobs !== undefined && { workers: options.jobs }),
        onProgress: report.update,
        signal,
      }),
    "Nothing was changed, and nothing is kept: the command begins anew.",
  );
  const { filesRight, problems, notes, notChecked, mismatches, trials, networks } = found;
  const { recomputedTrials, recomputedNetworks } = found;
  report.finish(
    `${recomputedTrials} of ${trials} trials and ${recomputedNetworks} of ${networks} networks without faults, in ` +
      duration((performance.now() - started) / 1000),
  );
  console.log(`${filesRight} files have the sha256 that the manifest states.`);
  if (found.freeze) console.log(frozenBy(found.freeze));
  for (const note of notes) console.log(`Note: ${note}.`);
  for (const problem of problems) console.log(`Wrong: ${problem}`);
  if (mismatches.length > 0) console.log(`\n${tableText(mismatchTable(mismatches))}`);
  if (recomputedTrials < trials)
    console.log(wrap(whatASampleMisses(found, sampleSeed), terminalWidth()).join("\n"));
  console.log(["Not checked:", ...notChecked.map((what) => `- ${what}.`)].map(wrapped).join("\n"));
  const wrong = problems.length + mismatches.length;
  if (wrong > 0)
    throw new UserError(
      `${directory} is not what it should be: ${count(problems.length, "problem")} with its files, ` +
        `${count(mismatches.length, "number")} of trials that the engine does not give`,
    );
  console.log(
    "What was checked is right: checksums, settings, networks, the list of trials, summary.csv, every number recomputed.",
  );
}

/** A line of a list, wrapped beneath its dash. */
function wrapped(line: string): string {
  return wrap(line, terminalWidth() - 2).join("\n  ");
}

/** What results must be of: the published ones of the study that was asked for, or a study of the user's own. */
function studyToHold({ results, study, profile }: VerifyOptions): { study?: Study } {
  const isTold = results === undefined || study.endsWith(".json");
  return isTold ? { study: loadStudy(study, profile) } : {};
}

/** What shows that the study was fixed before its test images were read; the hashes were recomputed from its data. */
function frozenBy({ commit, settings, judgement }: Freeze): string {
  return [
    `The study was frozen by commit ${commit}, before it had results (ARTIFACT.md).`,
    `  settings  ${settings}`,
    `  judgement ${judgement}`,
  ].join("\n");
}

/** How much of the trials might be altered all the same. */
function whatASampleMisses({ trials, recomputedTrials: sample }: Verification, seed: number): string {
  const altered = Math.ceil(0.05 * trials);
  const missed = missProbability({ total: trials, sample, altered });
  return (
    `The trials were drawn at random (--sample-seed ${seed} draws them again). Had 5 % of all been altered, this sample ` +
    `would have missed every one of them with probability ${missed.toPrecision(2)}; --share or --all recomputes more.`
  );
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
