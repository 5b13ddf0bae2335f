import type * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.js";
import type { Tensors } from "../tensors/named.js";
import type { OptimizerState } from "./optimizer.js";
import { isClip } from "./parameters.js";

/** A clip below this share of its start has collapsed: the network behind it is no longer the one under study. */
const COLLAPSED = 1e-3;

/** The values of all clips, by name. */
export function clipValues(parameters: Tensors): Record<string, number> {
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([name]) => isClip(name))
      .map(([name, clip]) => [name, clip.dataSync()[0]!]),
  );
}

/**
 * Stops a training that has failed.
 * @throws UserError naming the layer, the epoch and the arm
 */
export function checkTraining(training: {
  readonly state: OptimizerState;
  readonly lossSum: tf.Tensor;
  readonly initialClips: Readonly<Record<string, number>>;
  readonly arm: string;
  readonly epoch: number;
}): void {
  const { state, lossSum, initialClips, arm, epoch } = training;
  const where = `in epoch ${epoch} of arm ${arm}`;
  if (!Number.isFinite(lossSum.dataSync()[0]!)) {
    const broken = Object.entries(state.parameters).find(
      ([, x]) => !x.dataSync().every(Number.isFinite),
    )?.[0];
    throw new UserError(
      `the loss is no longer finite ${where}; first parameter that is not: ${broken ?? "none yet"}. ` +
        "Lower the learning rate, alpha or rho of the study and train this arm again",
    );
  }
  for (const [name, clip] of Object.entries(clipValues(state.parameters))) {
    const start = initialClips[name]!;
    if (clip >= COLLAPSED * start) continue;
    throw new UserError(
      `the clip ${name} has collapsed ${where}: ${clip.toPrecision(3)}, from ${start.toPrecision(3)} at the start. ` +
        "This is a failed run; lower the learning rate, alpha or rho of the study and train this arm again",
    );
  }
}
