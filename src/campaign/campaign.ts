import { availableParallelism } from "node:os";
import { type Checkpoint, networkHash } from "../checkpoints/checkpoint.js";
import { gatherImages, gatherLabels, type ImageDataset } from "../datasets/images.js";
import { UserError } from "../errors.js";
import type { TrialRow } from "../results/rows.js";
import type { Store } from "../results/store.js";
import { trainedNetwork } from "../results/trained-network.js";
import { openTrials, storedTrials, type Trials } from "../results/trials.js";
import { seedsOfArm } from "../studies/registry.js";
import type { Study } from "../studies/study.js";
import { campaignImages } from "./images.js";
import { planTrials, type Trial } from "./plan.js";
import type { JobOptions } from "./progress.js";
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
  const checkpoints = networks.map(({ arm, seed }) => requireTrained(study, store, arm, seed));
  const plans = checkpoints.map((checkpoint, i) => planTrials(study, networks[i]!, networkHash(checkpoint)));
  const planned = plans.reduce((sum, plan) => sum + plan.length, 0);
  const run = await runRounds(study, store, checkpoints, () => plans, { ...options, planned });
  return { planned, run };
}

/**
 * Runs trials round by round until a round asks for none that is not stored. Every trial is stored within a second of its
 * end, whatever happens to the process.
 * @param nextRound the trials wanted by network, in the order of `checkpoints`, given the count of right images by the id
 * of each stored trial
 * @param planned how many trials there will be in all, as far as is known
 * @returns how many trials were run now
 */
export async function runRounds(
  study: Study,
  store: Store,
  checkpoints: readonly Checkpoint[],
  nextRound: (stored: ReadonlyMap<string, number>) => readonly (readonly Trial[])[],
  { workers = availableParallelism(), planned, onProgress, signal }: CampaignOptions & { planned: number },
): Promise<number> {
  const rows = await storedTrials(study, store.directory);
  const stored = new Map(rows.map(({ id, correct }) => [id, correct]));
  const before = stored.size;
  const missing = () => nextRound(stored).map((trials) => trials.filter(({ id }) => !stored.has(id)));
  const tasks = (round: readonly (readonly Trial[])[]) =>
    checkpoints.flatMap((checkpoint, network): Task[] => [
      ...(isDescribed(store, checkpoint) ? [] : [{ kind: "describe" as const, network }]),
      ...byMap(round[network]!).map((trials) => ({ kind: "trials" as const, network, trials })),
    ]);
  let round = tasks(missing());
  if (round.length === 0) return 0;

  const trials = await openTrials(study, store.directory);
  const pool = openWorkers({ study, checkpoints, images: sharedImages(study) }, workers);
  const progress = progressOf(onProgress, { of: planned, begun: before });
  try {
    for (; round.length > 0; round = tasks(missing()))
      await storeAll(pool.run(round, signal), { store, trials, stored, progress });
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

function isDescribed(store: Store, checkpoint: Checkpoint): boolean {
  const { arm, seed } = checkpoint.origin;
  return store.network(arm, seed)?.network === networkHash(checkpoint);
}

/** Trials of one map belong together: it is drawn once for them. */
export function byMap(trials: readonly Trial[]): Trial[][] {
  const maps = new Map<number, Trial[]>();
  for (const trial of trials) maps.set(trial.map, [...(maps.get(trial.map) ?? []), trial]);
  return [...maps.values()];
}

/** Milliseconds of work that a kill may cost: a commit costs about a millisecond. */
const COMMIT_EVERY = 300;

/** Stores results as they come. @param stored gets the count of right images of each trial */
async function storeAll(
  results: AsyncIterable<Result>,
  to: { store: Store; trials: Trials; stored: Map<string, number>; progress: (done: number) => void },
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
      to.progress(to.stored.size);
      if (performance.now() - committed > COMMIT_EVERY) await commit();
    }
  } finally {
    await commit();
  }
}

/** Reports how many trials are done, and how fast they are being done now. */
function progressOf(onProgress: JobOptions["onProgress"], { of, begun }: { of: number; begun: number }) {
  const started = performance.now();
  return (done: number) => {
    const rate = (1000 * (done - begun)) / (performance.now() - started);
    onProgress?.({ done, of: Math.max(of, done), rate, unit: "trials/s", note: "" });
  };
}
