import { availableParallelism } from "node:os";
import { type Checkpoint, networkHash } from "../checkpoints/checkpoint.js";
import { gatherImages, gatherLabels, type ImageDataset } from "../datasets/images.js";
import { UserError } from "../errors.js";
import type { Study } from "../studies/study.js";
import { campaignImages } from "./images.js";
import { planTrials, type Trial } from "./plan.js";
import type { JobOptions } from "./progress.js";
import type { TrialRow } from "./rows.js";
import type { Store } from "./store.js";
import { trainedNetwork } from "./train-network.js";
import { openTrials, storedTrials, type Trials } from "./trials.js";
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

/** What a campaign did. */
export interface CampaignOutcome {
  /** Trials of the plan, and how many of them were run now. */
  readonly planned: number;
  readonly run: number;
}

/** Every network of a study, seed by seed. */
export function networksOf({ arms, seeds }: Study): NetworkKey[] {
  return seeds.flatMap((seed) => arms.map(({ id }) => ({ arm: id, seed })));
}

/**
 * Runs the trials of trained networks that the store does not have yet, and measures each network without faults. Every
 * trial is stored within a second of its end, whatever happens to the process.
 * @throws UserError if a network is not trained; the signal's reason when aborted, after storing what is done
 */
export async function runCampaign(
  study: Study,
  store: Store,
  networks: readonly NetworkKey[],
  { workers = availableParallelism(), onProgress, signal }: CampaignOptions = {},
): Promise<CampaignOutcome> {
  const checkpoints = networks.map(({ arm, seed }) => requireTrained(study, store, arm, seed));
  const stored = new Set((await storedTrials(study, store.directory)).map(({ id }) => id));
  const plans = checkpoints.map((checkpoint) => planTrials(study, networkHash(checkpoint)));
  const planned = plans.reduce((sum, plan) => sum + plan.length, 0);
  const missing = plans.map((plan) => plan.filter(({ id }) => !stored.has(id)));
  const tasks = checkpoints.flatMap((checkpoint, network) => [
    ...(isDescribed(store, checkpoint) ? [] : [{ kind: "describe" as const, network }]),
    ...byMap(missing[network]!).map((trials) => ({ kind: "trials" as const, network, trials })),
  ]);
  const run = missing.reduce((sum, trials) => sum + trials.length, 0);
  if (tasks.length === 0) return { planned, run };

  const trials = await openTrials(study, store.directory);
  const pool = openWorkers({ study, checkpoints, images: sharedImages(study) }, workers);
  try {
    await storeAll(pool.run(tasks, signal), { store, trials, done: planned - run, of: planned, onProgress });
  } finally {
    await pool.close();
    trials.close();
  }
  return { planned, run };
}

/** A trained network of the store. @throws UserError that says how to train it */
export function requireTrained(study: Study, store: Store, arm: string, seed: number): Checkpoint {
  const checkpoint = trainedNetwork(study, store, arm, seed);
  if (checkpoint) return checkpoint;
  throw new UserError(
    `arm ${arm}, seed ${seed} is not trained yet; train it first: flatenn train --arm ${arm} --seed ${seed}`,
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

function isDescribed(store: Store, { origin, ...checkpoint }: Checkpoint): boolean {
  return store.network(origin.arm, origin.seed)?.network === networkHash({ origin, ...checkpoint });
}

/** Trials of one map belong together: it is drawn once for them. */
function byMap(trials: readonly Trial[]): Trial[][] {
  const maps = new Map<number, Trial[]>();
  for (const trial of trials) maps.set(trial.map, [...(maps.get(trial.map) ?? []), trial]);
  return [...maps.values()];
}

/** Milliseconds of work that a kill may cost: a commit costs about a millisecond. */
const COMMIT_EVERY = 300;

async function storeAll(
  results: AsyncIterable<Result>,
  {
    store,
    trials,
    done,
    of,
    onProgress,
  }: { store: Store; trials: Trials; done: number; of: number; onProgress: JobOptions["onProgress"] },
): Promise<void> {
  const started = performance.now();
  let committed = started;
  let batch: TrialRow[] = [];
  let run = 0;
  const commit = async () => {
    const rows = batch;
    batch = [];
    committed = performance.now();
    if (rows.length > 0) await trials.add(rows);
  };
  try {
    for await (const result of results) {
      if (result.kind === "network") {
        store.saveNetwork(result.row);
        continue;
      }
      batch.push(result.row);
      run++;
      const now = performance.now();
      onProgress?.({
        done: done + run,
        of,
        rate: (1000 * run) / (now - started),
        unit: "trials/s",
        note: "",
      });
      if (now - committed > COMMIT_EVERY) await commit();
    }
  } finally {
    await commit();
  }
}
