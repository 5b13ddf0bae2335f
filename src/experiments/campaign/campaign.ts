import { availableParallelism } from "node:os";
import { UserError } from "../../base/errors.js";
import { type OptionKeys, requireCount } from "../../base/options.js";
import { JOB, type JobOptions, requireJob } from "../../base/progress.js";
import { gatherImages, gatherLabels, type ImageDataset } from "../../datasets/images.js";
import { engineTitle } from "../../inference/choice.js";
import { type Checkpoint, networkHash } from "../../networks/checkpoints/checkpoint.js";
import type { TrialRow } from "../results/rows.js";
import type { Store } from "../results/store.js";
import { trainedNetwork } from "../results/trained-network.js";
import { openTrials, storedTrials, type Trials } from "../results/trials.js";
import { seedsOfArm } from "../study/arms.js";
import type { Study } from "../study/study.js";
import { campaignImages } from "./images.js";
import { planTrials, requireTrialsFit, type Trial } from "./plan.js";
import type { Task } from "./worker.js";
import { openWorkers, type Result } from "./workers.js";

/** A network of a study. */
export interface NetworkKey {
  readonly arm: string;
  readonly seed: number;
}

export interface CampaignOptions extends JobOptions {
  /** Worker threads, each with an engine of its own; default: one per core. No result depends on it. */
  readonly workers?: number;
}

const OPTIONS: OptionKeys<CampaignOptions> = { workers: true, ...JOB };

/** Checks the options of a campaign. @param what the function that they are of */
export function requireCampaign(what: string, options: CampaignOptions): void {
  const { workers = 1 } = requireJob(what, options, OPTIONS);
  requireCount("workers", workers);
}

/** What a campaign did. */
export interface CampaignOutcome {
  /** Trials of the plan, and how many of them were run now. */
  readonly planned: number;
  readonly run: number;
}

/** Every network of a study, seed by seed. */
export function networksOf(study: Study): NetworkKey[] {
  return study.seeds.flatMap((seed) =>
    study.arms.filter((arm) => seedsOfArm(study, arm).includes(seed)).map(({ id }) => ({ arm: id, seed })),
  );
}

/**
 * Runs the trials of trained networks that the store does not have yet, and measures each network without faults.
 * @throws UserError if a network is not trained; the signal's reason when aborted, after storing what is done
 */
export async function runCampaign(
  study: Study,
  store: Store,
  networks: readonly NetworkKey[],
  options: CampaignOptions = {},
): Promise<CampaignOutcome> {
  requireCampaign("runCampaign", options);
  const checkpoints = networks.map(({ arm, seed }) => requireTrained(study, store, arm, seed));
  const { faults, rates, maps } = study.campaign;
  requireTrialsFit(networks.length * faults.length * rates.length * maps);
  const plans = checkpoints.map((checkpoint, i) => planTrials(study, networks[i]!, networkHash(checkpoint)));
  const planned = plans.reduce((sum, plan) => sum + plan.length, 0);
  const run = await runRounds(study, store, checkpoints, options, (stored) => {
    const done = plans.flat().filter(({ id }) => stored.has(id)).length;
    return { trials: plans, done, of: planned };
  });
  return { planned, run };
}

/** What is wanted next, and how far the campaign is. */
export interface Round {
  /** Trials by network; those that are stored are not run again. */
  readonly trials: readonly (readonly Trial[])[];
  /** Trials that belong to this campaign: those that are stored, and how many there will be, as far as is known. */
  readonly done: number;
  readonly of: number;
}

/**
 * Runs trials round by round until a round asks for none that is not stored. Every trial is stored within a second of its
 * end, whatever happens to the process.
 * @param nextRound what is wanted, networks in the order of `checkpoints`, given the count of right images by the id of each
 * stored trial
 * @returns how many trials were run now
 */
export async function runRounds(
  study: Study,
  store: Store,
  checkpoints: readonly Checkpoint[],
  { workers = availableParallelism(), onProgress, signal }: CampaignOptions,
  nextRound: (stored: ReadonlyMap<string, number>) => Round,
): Promise<number> {
  const rows = await storedTrials(study, store.directory);
  const stored = new Map(rows.map(({ id, correct }) => [id, correct]));
  const before = stored.size;
  const next = () => {
    const { trials, ...begun } = nextRound(stored);
    const tasks = checkpoints.flatMap((checkpoint, network): Task[] => [
      ...(isDescribed(store, checkpoint) ? [] : [{ kind: "describe" as const, network }]),
      ...byMap(trials[network]!.filter(({ id }) => !stored.has(id))).map((trials) => ({
        kind: "trials" as const,
        network,
        trials,
      })),
    ]);
    return { tasks, begun };
  };
  let round = next();
  if (round.tasks.length === 0) return 0;

  const trials = await openTrials(study, store.directory);
  const pool = openWorkers({ study, checkpoints }, () => sharedImages(study), workers);
  const engine = engineTitle();
  const started = performance.now();
  const report = (done: number, of: number) => {
    const rate = (1000 * (stored.size - before)) / (performance.now() - started);
    onProgress?.({ done, of, rate, unit: "trials/s", note: engine });
  };
  try {
    for (; round.tasks.length > 0; round = next()) {
      const { done, of } = round.begun;
      const begun = stored.size;
      const onStored = () => report(done + stored.size - begun, of);
      await storeAll(pool.run(round.tasks, signal), { store, trials, stored, onStored });
    }
  } finally {
    await pool.close();
    trials.close();
  }
  return stored.size - before;
}

/** A trained network of the store. @throws UserError that says how to train it */
export function requireTrained(study: Study, store: Store, arm: string, seed: number): Checkpoint {
  const checkpoint = trainedNetwork(study, store, arm, seed);
  if (checkpoint) return checkpoint;
  throw new UserError(
    `${store.checkpoints} has no trained network of arm ${arm}, seed ${seed}; train it first: npx flatenn train --arm ${arm} ` +
      `--seed ${seed}, or name the folder that has it with --checkpoints`,
  );
}

/** The campaign's images, alone and in memory that threads share. */
export function sharedImages(study: Study): ImageDataset {
  const { dataset, indices } = campaignImages(study);
  const shared = (bytes: Uint8Array) => {
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
    copy.set(bytes);
    return copy;
  };
  const images = shared(gatherImages(dataset, indices));
  return { ...dataset, images, labels: shared(gatherLabels(dataset, indices)), count: indices.length };
}

function isDescribed(store: Store, checkpoint: Checkpoint): boolean {
  const { arm, seed } = checkpoint.origin;
  return store.network(arm, seed)?.network === networkHash(checkpoint);
}

/** Trials of one map belong together: it is drawn once for them. */
export function byMap(trials: readonly Trial[]): Trial[][] {
  const maps = new Map<number, Trial[]>();
  for (const trial of trials) {
    const ofMap = maps.get(trial.map);
    if (ofMap) ofMap.push(trial);
    else maps.set(trial.map, [trial]);
  }
  return [...maps.values()];
}

/** Milliseconds of work that a kill may cost: a commit costs about a millisecond. */
const COMMIT_EVERY = 300;

/** Stores results as they come. @param stored gets the count of right images of each trial */
async function storeAll(
  results: AsyncIterable<Result>,
  to: { store: Store; trials: Trials; stored: Map<string, number>; onStored: () => void },
): Promise<void> {
  let committed = performance.now();
  let batch: TrialRow[] = [];
  const commit = async () => {
    const rows = batch;
    batch = [];
    committed = performance.now();
    if (rows.length > 0) await to.trials.add(rows);
  };
  try {
    for await (const result of results) {
      if (result.kind === "network") {
        to.store.saveNetwork(result.row);
        continue;
      }
      batch.push(result.row);
      to.stored.set(result.row.id, result.row.correct);
      to.onStored();
      if (performance.now() - committed > COMMIT_EVERY) await commit();
    }
  } finally {
    await commit();
  }
}
