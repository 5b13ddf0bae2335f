import { loadBackend } from "../backend/load.js";
import { type Checkpoint, networkHash } from "../checkpoints/checkpoint.js";
import { gatherLabels } from "../datasets/images.js";
import { fashionMnistSplit, type ImageDataset, loadFashionMnist } from "../datasets/index.js";
import { UserError } from "../errors.js";
import type { NetworkRow } from "../exhibits/results.js";
import { deploy } from "../inference/deploy.js";
import { clipRatios } from "../inference/describe.js";
import { countZeros, tensorClassifier } from "../inference/tensor.js";
import { measureSparsity } from "../sparsity/measure.js";
import { armConfig, floatConfig } from "../studies/hash.js";
import { armOf, modelOf } from "../studies/registry.js";
import type { Study } from "../studies/study.js";
import { type TrainingJob, train } from "../training/train.js";
import { planTrials, type Trial } from "./plan.js";
import type { OnProgress } from "./progress.js";
import { runTrials } from "./run.js";
import type { Store } from "./store.js";

/** The arm name of the float network that every arm of a seed starts from. */
export const FLOAT = "float";

export interface JobOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Trains one network of a study, going on from the last finished epoch, and stores its checkpoint.
 * @param arm id of an arm, or `"float"`
 * @returns false if the store already has it
 */
export async function trainNetwork(
  study: Study,
  store: Store,
  arm: string,
  seed: number,
  { onProgress, signal }: JobOptions = {},
): Promise<boolean> {
  const config = configOf(study, arm, seed);
  if (store.finished(arm, seed, config)) return false;
  const backend = await loadBackend();
  const origin = {
    study: study.name,
    profile: study.profile,
    model: study.model,
    arm,
    seed,
    config,
    backend: { ...backend },
  };
  const job = arm === FLOAT ? floatJob(study, origin) : armJob(study, store, origin);
  const dataset = loadFashionMnist({ split: "train" });
  const checkpoint = await train(
    job,
    { dataset, ...fashionMnistSplit() },
    {
      resume: store.unfinished(arm, seed, config),
      onEpoch: (state) => store.saveUnfinished(state),
      onProgress: ({ step, steps, imagesPerSecond, epoch, epochs }) =>
        onProgress?.({
          done: step,
          of: steps,
          rate: imagesPerSecond,
          unit: "images/s",
          note: `epoch ${epoch}/${epochs}`,
        }),
      signal,
    },
  );
  store.saveFinished(checkpoint);
  return true;
}

/** Hash of what decides a network, the float one included. */
function configOf(study: Study, arm: string, seed: number): string {
  return arm === FLOAT ? floatConfig(study, seed) : armConfig(study, armOf(study, arm), seed);
}

/** Whether the store has a network. */
export function isTrained(study: Study, store: Store, arm: string, seed: number): boolean {
  return store.finished(arm, seed, configOf(study, arm, seed)) !== undefined;
}

/** The trials of a trained network: all, and those that the store lacks. */
export function trialsOf(
  study: Study,
  store: Store,
  checkpoint: Checkpoint,
): { plan: Trial[]; missing: Trial[] } {
  const plan = planTrials(study, networkHash(checkpoint));
  const stored = new Set(store.trials().map(({ id }) => id));
  return { plan, missing: plan.filter(({ id }) => !stored.has(id)) };
}

/** Whether the store has every trial of a network. */
export function isEvaluated(study: Study, store: Store, arm: string, seed: number): boolean {
  const checkpoint = store.finished(arm, seed, configOf(study, arm, seed));
  if (!checkpoint || !store.network(arm, seed)) return false;
  return trialsOf(study, store, checkpoint).missing.length === 0;
}

type Origin = Omit<TrainingJob["origin"], "bits" | "threshold">;

function floatJob(study: Study, origin: Origin): TrainingJob {
  return {
    model: modelOf(study),
    origin: { ...origin, bits: null, threshold: 0 },
    settings: study.float,
    sparsification: { kind: "none" },
    gradient: { rule: "conventional" },
    start: undefined,
  };
}

function armJob(study: Study, store: Store, origin: Origin): TrainingJob {
  const { sparsification, gradient } = armOf(study, origin.arm);
  const start = store.finished(FLOAT, origin.seed, floatConfig(study, origin.seed));
  if (!start)
    throw new UserError(
      `arm ${origin.arm}, seed ${origin.seed} starts from the float network of that seed, which is not trained yet; ` +
        `train it first: flatenn train --arm ${FLOAT} --seed ${origin.seed}`,
    );
  const threshold = sparsification.kind === "fatrelu" ? sparsification.threshold : 0;
  return {
    model: modelOf(study),
    origin: { ...origin, bits: study.bits, threshold },
    settings: study.quantized,
    sparsification,
    gradient,
    start,
  };
}

/** Runs the trials of one network that the store does not have yet. @returns the number of trials run */
export async function runCampaign(
  study: Study,
  store: Store,
  arm: string,
  seed: number,
  { onProgress, signal }: JobOptions = {},
): Promise<number> {
  const checkpoint = store.finished(arm, seed, configOf(study, arm, seed));
  if (!checkpoint)
    throw new UserError(
      `arm ${arm}, seed ${seed} is not trained yet; train it first: flatenn train --arm ${arm} --seed ${seed}`,
    );
  const { plan, missing } = trialsOf(study, store, checkpoint);
  if (missing.length === 0 && store.network(arm, seed)) return 0;

  await loadBackend();
  const network = deploy(modelOf(study), checkpoint);
  const { dataset, indices } = campaignImages(study);
  const labels = gatherLabels(dataset, indices);
  const classifier = tensorClassifier(network, dataset, indices);
  const started = performance.now();
  let done = 0;
  for await (const row of runTrials({ study, arm, seed, network, classifier, labels }, missing)) {
    store.addTrial(row);
    done++;
    const rate = (1000 * done) / (performance.now() - started);
    onProgress?.({
      done: plan.length - missing.length + done,
      of: plan.length,
      rate,
      unit: "trials/s",
      note: "",
    });
    signal?.throwIfAborted();
  }
  classifier.dispose();
  const faultFree = store.trials().find(({ id }) => id === plan[0]!.id)!;
  store.saveNetwork(describe(checkpoint, study, { dataset, indices }, faultFree.correct));
  return missing.length;
}

/** The images of a study's campaign, in keyed order. @throws UserError for test images before the study is frozen */
export function campaignImages({ campaign, frozen, name, profile }: Study): {
  dataset: ImageDataset;
  indices: Uint32Array;
} {
  if (campaign.split === "test" && !frozen)
    throw new UserError(
      `profile ${profile} of ${name} evaluates on the test images, which nothing reads before the study is frozen: ` +
        "its penalties and rho are not selected yet. Use --profile quick",
    );
  const dataset = loadFashionMnist({ split: campaign.split === "test" ? "test" : "train" });
  const all =
    campaign.split === "test"
      ? Uint32Array.from({ length: dataset.count }, (_, i) => i)
      : fashionMnistSplit().validation;
  const count = campaign.images ?? all.length;
  if (count > all.length)
    throw new UserError(
      `images must be at most the ${all.length} of the ${campaign.split} split, got ${count}`,
    );
  return { dataset, indices: all.slice(0, count) };
}

function describe(
  checkpoint: Checkpoint,
  study: Study,
  { dataset, indices }: { dataset: ImageDataset; indices: Uint32Array },
  correct: number,
): NetworkRow {
  const network = deploy(modelOf(study), checkpoint);
  const sparsity = measureSparsity(network.model, countZeros(network, dataset, indices), indices.length);
  const clips = clipRatios(network, checkpoint);
  return {
    arm: checkpoint.origin.arm,
    seed: checkpoint.origin.seed,
    correct,
    images: indices.length,
    sparsity: sparsity.total,
    sparsityByLayer: sparsity.byLayer,
    skippedMacs: sparsity.skippedMacs,
    clipRatio: clips.total,
    clipRatioByLayer: clips.byLayer,
  };
}
