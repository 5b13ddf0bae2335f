import { availableParallelism } from "node:os";
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { type OptionKeys, requireCount, shown } from "../../base/options.js";
import { JOB, type JobOptions, requireJob } from "../../base/progress.js";
import { byMap, sharedImages } from "../campaign/campaign.js";
import type { Task } from "../campaign/worker.js";
import { openWorkers } from "../campaign/workers.js";
import { checkManifest } from "../results/manifest.js";
import type { NetworkRow, TrialRow } from "../results/rows.js";
import { armOf } from "../study/arms.js";
import type { Freeze } from "../study/definition.js";
import type { Study } from "../study/study.js";
import { checkFreeze } from "./check-freeze.js";

import type { PublishedNetwork } from "./check-networks.js";
import { type CheckedResults, checkResults } from "./check-results.js";
import { type Findings, together } from "./findings.js";
import { recomputeSharpness } from "./recompute-sharpness.js";
import { recomputeFloats, recomputeValidation } from "./recompute-training.js";
import { requireShare, sampleOf } from "./sample.js";

export interface VerifyOptions extends JobOptions {
  /** Which trials are drawn: any number; the same one draws the same trials again. */
  readonly sampleSeed: number;
  /** Share of the trials to recompute, above 0 and at most 1; default 0.01. No fewer than 10 are recomputed. */
  readonly share?: number;
  /** Ids of the arms whose trials are drawn from; default: all. Files are checked all the same. */
  readonly arms?: readonly string[];
  /** Where the trained networks are; default: in the folder of results. */
  readonly checkpoints?: string;
  /** The study that the results are said to be of; default: the one of this program with the name and profile that they have. */
  readonly study?: Study;
  /** Worker threads; default: one per core. */
  readonly workers?: number;
}

const OPTIONS: OptionKeys<VerifyOptions> = {
  sampleSeed: true,
  share: true,
  arms: true,
  checkpoints: true,
  study: true,
  workers: true,
  ...JOB,
};

/** A number of a trial that is not what the engine gives. */
export interface Mismatch {
  /** The trial as it is stored. */
  readonly trial: TrialRow;
  readonly column: keyof TrialRow;
  readonly stored: string;
  readonly recomputed: string;
}

/** What verification found. */
export interface Verification extends Findings {
  /** Files with the sha256 of the manifest. */
  readonly filesRight: number;
  /** What is not wrong, but limits what verification says. */
  readonly notes: readonly string[];
  /** Commit and hashes that fixed the study before its test images were read; undefined where it is not frozen. */
  readonly freeze: Freeze | undefined;
  /** Trials and networks that are stored, of the arms asked for, and how many of them were recomputed. */
  readonly trials: number;
  readonly recomputedTrials: number;
  readonly networks: number;
  readonly recomputedNetworks: number;
  readonly mismatches: readonly Mismatch[];
}

/** Trials that are recomputed however small the share is. */
const LEAST = 10;

/**
 * Checks published results: every file against the manifest, the files against each other, and a random sample of the
 * trials, with the networks they are of, against the integer engine. Needs no TensorFlow, and changes nothing.
 * @throws UserError if the folder has no manifest or settings, or no trials of an arm; the signal's reason when aborted
 */
export async function verifyResults(directory: string, options: VerifyOptions): Promise<Verification> {
  const {
    sampleSeed,
    share = 0.01,
    arms,
    checkpoints = join(directory, "checkpoints"),
    study: told,
    workers = availableParallelism(),
    onProgress,
    signal,
  } = requireJob("verifyResults", options, OPTIONS);
  if (!Number.isFinite(sampleSeed))
    throw new UserError(`sampleSeed must be a number, got ${shown(sampleSeed)}`);
  requireShare(share);
  requireCount("workers", workers);
  if (arms && !(Array.isArray(arms) && arms.length > 0))
    throw new UserError(
      `arms must be a list of ids of arms, or left out for all of them, got ${shown(arms)}`,
    );
  const files = checkManifest(directory);
  const checked = await checkResults(directory, checkpoints, told).catch((error) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError([...files.problems, error.message].join("\n"));
  });
  const frozen = checkFreeze(checked.study);
  const asked = ({ arm }: { readonly arm: string }) => arms?.includes(arm) ?? true;
  for (const id of arms ?? [])
    if (!checked.planned.some(({ arm }) => arm === armOf(checked.study, id).id))
      throw new UserError(`there are no trials of ${id} in ${directory}`);
  const sample = sampleOf(checked.planned.filter(asked), { share, least: LEAST, seed: sampleSeed });
  const again = await recompute(checked, sample, workers, { onProgress, signal });
  const { study } = checked;
  const validation = await recomputeValidation(study, again.touched, workers, signal);
  const around = { all: share === 1, sampleSeed, signal };
  const found = together([
    { problems: [...files.problems, ...frozen.problems], notChecked: [] },
    checked,
    { problems: [...again.problems, ...validation], notChecked: untouched(checked, again.touched) },
    await recomputeFloats(study, checkpoints),
    await recomputeSharpness(study, checked.sharpness, around),
    { problems: [], notChecked: [WHO_MADE_THEM] },
  ]);
  return {
    filesRight: files.right,
    ...found,
    notes: [...frozen.notes, ...checked.notes],
    freeze: frozen.freeze,
    trials: checked.rows.filter(asked).length,
    recomputedTrials: sample.length,
    networks: checked.networks.filter(asked).length,
    recomputedNetworks: again.touched.length,
    mismatches: again.mismatches,
  };
}

const WHO_MADE_THEM =
  "who made these results: anybody can write the sums of a manifest anew, which is no signature; a commit of a history that you trust is one";

/** Networks of which nothing was recomputed. */
function untouched({ networks }: CheckedResults, touched: readonly PublishedNetwork[]): string[] {
  const left = networks.length - touched.length;
  if (left === 0) return [];
  return [
    `${left} of ${networks.length} networks: none of their trials was drawn, so neither \`networks/\` nor the end of their curves`,
  ];
}

/** Runs trials again, and the measurement without faults of the networks that they are of. */
async function recompute(
  { study, networks }: CheckedResults,
  sample: readonly TrialRow[],
  workers: number,
  { onProgress, signal }: { [K in keyof JobOptions]: JobOptions[K] | undefined },
): Promise<{ problems: string[]; touched: readonly PublishedNetwork[]; mismatches: Mismatch[] }> {
  const problems: string[] = [];
  const mismatches: Mismatch[] = [];
  const ofNetwork = ({ arm, seed }: PublishedNetwork) =>
    sample.filter((trial) => trial.arm === arm && trial.seed === seed);
  const touched = networks.filter((network) => ofNetwork(network).length > 0);
  const tasks = touched.flatMap((network, index): Task[] => [
    { kind: "describe", network: index },
    ...byMap(ofNetwork(network)).map((trials): Task => ({ kind: "trials", network: index, trials })),
  ]);
  if (tasks.length === 0) return { problems, touched, mismatches };

  const stored = new Map(sample.map((trial) => [trial.id, trial]));
  const checkpoints = touched.map(({ checkpoint }) => checkpoint);
  const pool = openWorkers({ study, checkpoints }, () => sharedImages(study), workers);
  const started = performance.now();
  let done = 0;
  try {
    for await (const result of pool.run(tasks, signal)) {
      if (result.kind === "network") {
        problems.push(...compareNetworks(touched, result.row));
        continue;
      }
      mismatches.push(...compareTrial(stored.get(result.row.id)!, result.row));
      done++;
      const rate = (1000 * done) / (performance.now() - started);
      onProgress?.({ done, of: sample.length, rate, unit: "trials/s", note: "" });
    }
  } finally {
    await pool.close();
  }
  const order = new Map(sample.map(({ id }, i) => [id, i])); // results come as the workers are done
  mismatches.sort((a, b) => order.get(a.trial.id)! - order.get(b.trial.id)!);
  return { problems: problems.sort(), touched, mismatches };
}

/** What a trial comes to: these columns are compared, exactly. */
const RESULTS = [
  "correct",
  "images",
  "exposed",
  "faulty",
  "changed",
  "faultyByLayer",
  "changedByLayer",
] as const satisfies readonly (keyof TrialRow)[];

function compareTrial(trial: TrialRow, again: TrialRow): Mismatch[] {
  return RESULTS.map((column) => ({
    trial,
    column,
    stored: String(trial[column]),
    recomputed: String(again[column]),
  })).filter(({ stored, recomputed }) => stored !== recomputed);
}

function compareNetworks(networks: readonly PublishedNetwork[], again: NetworkRow): string[] {
  const { row } = networks.find(({ arm, seed }) => arm === again.arm && seed === again.seed)!;
  if (!row) return [];
  const keys = Object.keys(again) as (keyof NetworkRow)[];
  return keys
    .filter((key) => !same(row[key], again[key]))
    .map(
      (key) =>
        `networks/${again.arm}-seed${again.seed}.json has the ${key} ${JSON.stringify(row[key])}, ` +
        `recomputed ${JSON.stringify(again[key])}`,
    );
}

/** Equal; but real numbers up to a relative 1e-12, since JavaScript leaves the last bit of a power open. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number" && !(Number.isInteger(a) && Number.isInteger(b)))
    return Math.abs(a - b) <= 1e-12 * Math.abs(b);
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...keys].every((key) => same(left[key], right[key]));
}
