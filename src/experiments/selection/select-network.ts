import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { networkFile } from "../../base/files/network-file.js";
import type { JobOptions } from "../../base/progress.js";
import { gatherImages, gatherLabels } from "../../datasets/images.js";
import { deploy } from "../../inference/deploy.js";
import { integerClassifier } from "../../inference/engine.js";
import { type Checkpoint, networkHash } from "../../networks/checkpoints/checkpoint.js";
import { describeNetwork } from "../campaign/describe-network.js";
import { evaluateTrials } from "../campaign/evaluate-trial.js";
import { campaignImages } from "../campaign/images.js";
import { planTrials } from "../campaign/plan.js";
import { trainNetwork } from "../campaign/train-network.js";
import type { TrialRow } from "../results/rows.js";
import type { Store } from "../results/store.js";
import { failureOf, trainedNetwork } from "../results/trained-network.js";
import { modelOf } from "../study/content.js";
import { armHash } from "../study/identity.js";

import type { Arm, Study } from "../study/study.js";
import { candidateRows, candidatesFolder } from "./read-selection.js";
import { armsOfSelection, type CandidateRow } from "./select.js";

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
    : measure(own, trainedNetwork(own, store, armId, seed)!);
  writeFileAtomic(
    networkFile(candidatesFolder(store.directory), { arm: armId, seed }),
    `${JSON.stringify(row, null, 2)}\n`,
  );
  return row;
}

/** What was measured on the networks of a selection so far. */
export function readCandidates(study: Study, store: Store): CandidateRow[] {
  const rows = candidateRows(store.directory);
  const foreign = rows.find(({ seed }) => !study.seeds.includes(seed));
  if (!foreign) return rows;
  const { arm, seed } = foreign;
  throw new UserError(
    `${networkFile(candidatesFolder(store.directory), { arm, seed })} has the seed ${seed}, which this selection does not; delete it`,
  );
}

function failedRow(study: Study, arm: Arm, seed: number, failure: string): CandidateRow {
  return {
    arm: arm.id,
    seed,
    config: armHash(study, arm, seed),
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

function measure(study: Study, checkpoint: Checkpoint): CandidateRow {
  const { arm, seed, settingsHash: config } = checkpoint.origin;
  const network = deploy(modelOf(study), checkpoint);
  const { dataset, indices } = campaignImages(study);
  const labels = gatherLabels(dataset, indices);
  const images = { ...dataset, images: gatherImages(dataset, indices), labels, count: indices.length };
  const classifier = integerClassifier(network, images, Uint32Array.from(indices.keys()));
  const subject = { study, arm, seed, network, classifier, labels };
  const trials = [...evaluateTrials(subject, planTrials(study, { arm, seed }, networkHash(checkpoint)))];
  const described = describeNetwork(study, checkpoint, network, { images, classifier });
  classifier.dispose();
  const byFault = study.campaign.faults.map(
    (fault) => [fault, accuracy(trials.filter((trial) => trial.fault === fault))] as const,
  );
  return {
    arm,
    seed,
    config,
    failure: null,
    clean: described.correct / described.images,
    sparsity: described.sparsity,
    byFault: Object.fromEntries(byFault),
    underFaults: accuracy(trials.filter(({ fault }) => fault !== "none")),
    clipRatio: described.clipRatio,
    weightNorm: described.weightNorm,
    relativeRho: described.relativeRho,
  };
}

/** Share of images classified correctly over all trials given. */
function accuracy(trials: readonly TrialRow[]): number {
  const [correct, images] = trials.reduce(([c, n], trial) => [c + trial.correct, n + trial.images], [0, 0]);
  return correct / images;
}
