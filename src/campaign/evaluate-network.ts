import { type Checkpoint, networkHash } from "../checkpoints/checkpoint.js";
import { gatherLabels } from "../datasets/images.js";
import { UserError } from "../errors.js";
import type { NetworkRow } from "../exhibits/results.js";
import { clipRatios } from "../inference/clip-ratios.js";
import { type DeployedNetwork, deploy } from "../inference/deploy.js";
import { countZeros, integerClassifier } from "../inference/engine.js";
import { weightValues } from "../quantization/grid.js";
import { measureSparsity } from "../sparsity/measure.js";
import { armOf, modelOf } from "../studies/registry.js";
import type { Study } from "../studies/study.js";
import { type ChosenImages, campaignImages } from "./images.js";
import { planTrials, type Trial } from "./plan.js";
import type { JobOptions } from "./progress.js";
import { runTrials } from "./run.js";
import type { Store } from "./store.js";
import { trainedNetwork } from "./train-network.js";

/** Runs the trials of one network that the store does not have yet. @returns the number of trials run */
export async function runCampaign(
  study: Study,
  store: Store,
  arm: string,
  seed: number,
  { onProgress, signal }: JobOptions = {},
): Promise<number> {
  const checkpoint = trainedNetwork(study, store, arm, seed);
  if (!checkpoint)
    throw new UserError(
      `arm ${arm}, seed ${seed} is not trained yet; train it first: flatenn train --arm ${arm} --seed ${seed}`,
    );
  const { plan, missing } = trialsOf(study, store, checkpoint);
  if (missing.length === 0 && store.network(arm, seed)) return 0;

  const network = deploy(modelOf(study), checkpoint);
  const { dataset, indices } = campaignImages(study);
  const labels = gatherLabels(dataset, indices);
  const classifier = integerClassifier(network, dataset, indices);
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
  store.saveNetwork(describe(study, checkpoint, network, { dataset, indices }, faultFree.correct));
  return missing.length;
}

/** The trials of a trained network: all, and those that the store lacks. */
function trialsOf(study: Study, store: Store, checkpoint: Checkpoint): { plan: Trial[]; missing: Trial[] } {
  const plan = planTrials(study, networkHash(checkpoint));
  const stored = new Set(store.trials().map(({ id }) => id));
  return { plan, missing: plan.filter(({ id }) => !stored.has(id)) };
}

/** Whether the store has every trial of a network. */
export function isEvaluated(study: Study, store: Store, arm: string, seed: number): boolean {
  const checkpoint = trainedNetwork(study, store, arm, seed);
  if (!checkpoint || !store.network(arm, seed)) return false;
  return trialsOf(study, store, checkpoint).missing.length === 0;
}

function describe(
  study: Study,
  checkpoint: Checkpoint,
  network: DeployedNetwork,
  { dataset, indices }: ChosenImages,
  correct: number,
): NetworkRow {
  const sparsity = measureSparsity(network.model, countZeros(network, dataset, indices), indices.length);
  const clips = clipRatios(network, checkpoint);
  const weightNorm = normOf(network);
  const { gradient } = armOf(study, checkpoint.origin.arm);
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
    weightNorm,
    relativeRho: gradient.rule === "conventional" ? null : gradient.rho / weightNorm,
  };
}

/** ||Q(w)||_2 over the weights of all layers. */
function normOf({ layers, bits }: DeployedNetwork): number {
  let sum = 0;
  for (const { codes, clip } of layers) for (const w of weightValues(codes, clip, bits.weights)) sum += w * w;
  return Math.sqrt(sum);
}
