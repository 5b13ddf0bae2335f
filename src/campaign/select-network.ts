import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../checkpoints/atomic.js";
import { type Checkpoint, networkHash } from "../checkpoints/checkpoint.js";
import { gatherLabels } from "../datasets/images.js";
import { UserError } from "../errors.js";
import type { TrialRow } from "../exhibits/results.js";
import { clipRatios } from "../inference/clip-ratios.js";
import { type DeployedNetwork, deploy } from "../inference/deploy.js";
import { countZeros, integerClassifier } from "../inference/engine.js";
import { weightValues } from "../quantization/grid.js";
import { norm } from "../saq/perturbation.js";
import { measureSparsity } from "../sparsity/measure.js";
import { armConfig } from "../studies/hash.js";
import { modelOf } from "../studies/registry.js";
import type { Arm, Study } from "../studies/study.js";
import { campaignImages } from "./images.js";
import { planTrials } from "./plan.js";
import type { JobOptions } from "./progress.js";
import { readJson } from "./read-json.js";
import { runTrials } from "./run.js";
import { armsOfSelection, type CandidateRow } from "./select.js";
import type { Store } from "./store.js";
import { failureOf, trainedNetwork, trainNetwork } from "./train-network.js";

/** Trains and evaluates one network of a selection, as far as that is not done, and keeps what was measured. */
export async function runCandidate(
  study: Study,
  store: Store,
  armId: string,
  seed: number,
  options: JobOptions = {},
): Promise<CandidateRow> {
  const arms = armsOfSelection(study, readCandidates(study, store));
  const arm = arms.find(({ id }) => id === armId);
  if (!arm)
    throw new UserError(
      `arm must be one that the selection tries, of ${arms.map(({ id }) => id).join(", ")}; got ${armId}`,
    );
  const own: Study = { ...study, arms: [arm] };
  await trainNetwork(own, store, armId, seed, options);
  const failure = failureOf(own, store, armId, seed);
  const row = failure
    ? failedRow(own, arm, seed, failure.reason)
    : await measure(own, arm, trainedNetwork(own, store, armId, seed)!);
  writeFileAtomic(join(folderOf(store), `${armId}-seed${seed}.json`), `${JSON.stringify(row, null, 2)}\n`);
  return row;
}

/** What was measured on the networks of a selection so far. */
export function readCandidates(study: Study, store: Store): CandidateRow[] {
  const folder = folderOf(store);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^[^.].*\.json$/.test(name)) : [];
  return names.sort().map((name) => {
    const row = readJson(join(folder, name)) as CandidateRow;
    if (study.seeds.includes(row.seed)) return row;
    throw new UserError(
      `${join(folder, name)} has the seed ${row.seed}, which this selection does not; delete it`,
    );
  });
}

function folderOf({ directory }: Store): string {
  return join(directory, "candidates");
}

function failedRow(study: Study, arm: Arm, seed: number, failure: string): CandidateRow {
  return {
    arm: arm.id,
    seed,
    config: armConfig(study, arm, seed),
    failure,
    clean: null,
    sparsity: null,
    byFault: null,
    underFaults: null,
    clipRatio: null,
    weightNorm: null,
    relativeRho: null,
  };
}

async function measure(study: Study, arm: Arm, checkpoint: Checkpoint): Promise<CandidateRow> {
  const { seed, config } = checkpoint.origin;
  const network = deploy(modelOf(study), checkpoint);
  const { dataset, indices } = campaignImages(study);
  const labels = gatherLabels(dataset, indices);
  const classifier = integerClassifier(network, dataset, indices);
  const trials: TrialRow[] = [];
  const plan = planTrials(study, networkHash(checkpoint));
  for await (const trial of runTrials({ study, arm: arm.id, seed, network, classifier, labels }, plan))
    trials.push(trial);
  classifier.dispose();
  const byFault = Object.fromEntries(
    study.campaign.faults.map((fault) => [fault, accuracy(trials.filter((trial) => trial.fault === fault))]),
  );
  const weightNorm = weightNormOf(network);
  return {
    arm: arm.id,
    seed,
    config,
    failure: null,
    clean: accuracy(trials.filter(({ fault }) => fault === "none")),
    sparsity: measureSparsity(network.model, countZeros(network, dataset, indices), indices.length).total,
    byFault,
    underFaults: accuracy(trials.filter(({ fault }) => fault !== "none")),
    clipRatio: clipRatios(network, checkpoint).total,
    weightNorm,
    relativeRho: "rho" in arm.gradient ? arm.gradient.rho / weightNorm : null,
  };
}

/** Share of images classified correctly over all trials given. */
function accuracy(trials: readonly TrialRow[]): number {
  const [correct, images] = trials.reduce(([c, n], trial) => [c + trial.correct, n + trial.images], [0, 0]);
  return correct / images;
}

/** ||Q(w)||_2 over the weights of all layers. */
function weightNormOf({ layers, bits }: DeployedNetwork): number {
  const weights = layers.map(
    ({ name, shape, codes, clip }) =>
      [name, { shape, data: weightValues(codes, clip, bits.weights) }] as const,
  );
  return norm({ weights: Object.fromEntries(weights), rest: {} });
}
