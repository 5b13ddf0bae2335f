import { type Arrays, scalarValue } from "../base/arrays.js";
import { UserError } from "../base/errors.js";
import { isClip } from "../networks/parameters.js";
import type { OptimizerState } from "./optimizer.js";

/** A clip below this share of its start has collapsed: the network behind it is no longer the one under study. */
const COLLAPSED = 1e-3;

/** The values of all clips, by name. */
export function clipValues(parameters: Arrays): Record<string, number> {
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([name]) => isClip(name))
      .map(([name, clip]) => [name, scalarValue(clip)]),
  );
}

/** A training that failed: not by a mistake of the program, but because these settings lead nowhere. */
export class TrainingFailure extends UserError {
  /**
   * @param reason what happened, as a sentence without a full stop
   * @param epoch from 1; 0 before the first
   * @param step over all epochs, from 1; 0 before the first
   */
  constructor(
    readonly reason: string,
    readonly epoch: number,
    readonly step: number,
  ) {
    super(`${reason}. Lower the learning rate, alpha or rho of the study and train again`);
  }
}

/**
 * Refuses to begin from a float network with a layer of zeros: its clip would be 0.
 * @throws TrainingFailure naming the clip and the arm
 */
export function requireClips(initialClips: Readonly<Record<string, number>>, arm: string): void {
  const dead = Object.entries(initialClips).find(([, clip]) => !(Math.abs(clip) > 0))?.[0];
  if (dead)
    throw new TrainingFailure(
      `arm ${arm} cannot begin: the clip ${dead} would be 0, since all that it clips is 0 in the float network`,
      0,
      0,
    );
}

/**
 * Stops a training that has failed.
 * @throws TrainingFailure naming the layer, the epoch and the arm
 */
export function checkTraining(step: {
  readonly state: OptimizerState;
  /** Loss before the step. */
  readonly loss: number;
  readonly initialClips: Readonly<Record<string, number>>;
  /** Whether a clip that changes its sign has collapsed. Default: false, since |c| is used. */
  readonly keepsSigns?: boolean;
  readonly arm: string;
  readonly epoch: number;
  /** Over all epochs, from 1. */
  readonly step: number;
}): void {
  const { state, loss, initialClips, keepsSigns = false, arm, epoch } = step;
  const where = `in epoch ${epoch} of arm ${arm}`;
  const broken = Object.entries(state.parameters).find(([, { data }]) => !allFinite(data))?.[0];
  if (broken || !Number.isFinite(loss)) {
    throw new TrainingFailure(
      `the loss is no longer finite ${where}; first parameter that is not: ${broken ?? "none yet"}`,
      epoch,
      step.step,
    );
  }
  for (const [name, clip] of Object.entries(clipValues(state.parameters))) {
    const start = initialClips[name]!;
    const hasTurned = keepsSigns && clip * start < 0;
    if (Math.abs(clip) >= COLLAPSED * Math.abs(start) && clip !== 0 && !hasTurned) continue;
    throw new TrainingFailure(
      `the clip ${name} has ${hasTurned ? "changed its sign" : "collapsed"} ${where}: ${clip.toPrecision(3)}, from ${start.toPrecision(3)} at the start`,
      epoch,
      step.step,
    );
  }
}

/** Whether every number is: NaN and infinities times 0 are NaN. */
function allFinite(data: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += 0 * data[i]!;
  return sum === 0;
}
