import { settingsHash } from "../../base/settings-hash.js";
import type { Checkpoint, EpochRecord } from "../../networks/checkpoints/checkpoint.js";
import { oneCycleSchedule } from "../../training/optimizer.js";
import type { TrainingPhase } from "../../training/phase.js";
import { FLOAT } from "../results/trained-network.js";
import type { NetworkKey } from "../study/arms.js";
import { datasetOf } from "../study/content.js";
import { phasesOf, trainedArmOf } from "../study/phases.js";
import type { Study } from "../study/study.js";

/**
 * What a training curve cannot be: its epochs and learning rates follow from the settings, its accuracies are counts, and its
 * beginning is the curve of the network that it goes on from.
 * @param start the network that the training began with, if it is there
 * @returns parts of sentences, which follow the name of the curve
 */
export function curveProblems(
  study: Study,
  { arm, seed }: NetworkKey,
  { origin: { curve } }: Checkpoint,
  start: Checkpoint | undefined,
): string[] {
  const { sizes } = datasetOf(study);
  const images = study.trainingImages ?? sizes.training;
  const own = arm === FLOAT ? undefined : trainedArmOf(study, arm);
  const wanted = [
    ...epochsOf("float", [study.float], images),
    ...(own ? epochsOf("quantized", phasesOf(study, own), images) : []),
  ];
  const problems: string[] = [];
  if (curve.length !== wanted.length)
    problems.push(
      `has ${curve.length} epochs, the study ${wanted.length}, those of the float network included`,
    );
  for (const [i, epoch] of curve.entries()) {
    const at = `epoch ${i + 1}`;
    const expected = wanted[i];
    if (!expected) break;
    if (epoch.phase !== expected.phase || epoch.epoch !== expected.epoch)
      problems.push(
        `has ${epoch.phase} epoch ${epoch.epoch} where ${expected.phase} epoch ${expected.epoch} stands`,
      );
    else if (Math.abs(epoch.learningRate - expected.learningRate) > 1e-9 * expected.learningRate)
      problems.push(
        `has the learning rate ${epoch.learningRate} in ${at}, by the study it is ${expected.learningRate}`,
      );
    if (epoch.loss < 0) problems.push(`has the loss ${epoch.loss} in ${at}`);
    const right = epoch.validationAccuracy * sizes.validation;
    if (Math.abs(right - Math.round(right)) > 1e-6)
      problems.push(
        `has the accuracy ${epoch.validationAccuracy} in ${at}, which no count of ${sizes.validation} images gives`,
      );
  }
  const before = start?.origin.curve ?? [];
  if (own && start && settingsHash(curve.slice(0, before.length)) !== settingsHash(before)) {
    const what = start.origin.arm === FLOAT ? "the float network" : start.origin.arm;
    problems.push(`begins otherwise than that of ${what} of seed ${seed}`);
  }
  return problems;
}

type Scheduled = Pick<EpochRecord, "phase" | "epoch" | "learningRate">;

/** Epochs of phases, counted on, each with the learning rate of its last step. */
function epochsOf(phase: EpochRecord["phase"], all: readonly TrainingPhase[], images: number): Scheduled[] {
  const each = all.flatMap(({ epochs, batch, learningRate, rise = 0 }) => {
    const steps = Math.floor(images / batch);
    const cycle = { rise: Math.round(rise * steps), steps: epochs * steps };
    return Array.from({ length: epochs }, (_, i) =>
      oneCycleSchedule(learningRate, (i + 1) * steps - 1, cycle),
    );
  });
  return each.map((learningRate, i) => ({ phase, epoch: i + 1, learningRate }));
}
