import { type Bits, bitsLabel } from "../../networks/bits.js";
import { type Model, weightLayers } from "../../networks/model.js";
import { gradientKind } from "../../training/gradients/rules.js";
import { planConditions } from "../campaign/plan.js";
import { armsOfSelection } from "../selection/select.js";
import { seedsOfArm } from "../study/arms.js";
import { modelOf } from "../study/content.js";
import { firstPhaseOf, phasesOf, sharedArms } from "../study/phases.js";
import type { Arm, Study } from "../study/study.js";

/** Speeds of one process. */
export interface Speeds {
  /** Images per second of training, one gradient a step and two. */
  readonly conventional: number;
  readonly twoPass: number;
  /** Trials per second of networks with these bits. */
  readonly trials: (bits: Bits) => number;
}

/** The bits of a study's networks, without repetition, its own first. */
export function bitsOfStudy({ bits, arms }: Study): readonly Bits[] {
  const all = [bits, ...arms.flatMap((arm) => arm.bits ?? [])];
  return [...new Map(all.map((each) => [bitsLabel(each), each])).values()];
}

/** What a study takes from nothing. */
interface Estimate {
  /** Networks to train, float ones included. */
  readonly networks: number;
  readonly steps: number;
  readonly trainingSeconds: number;
  readonly trials: number;
  readonly campaignSeconds: number;
  readonly checkpointMegabytes: number;
  readonly trialMegabytes: number;
}

/** Bytes of a row of `trials.parquet`: 27 in the quick profile, whose counts have a digit less. */
const TRIAL_BYTES = 30;

/**
 * Estimates the work of a study; for a selection, of its first grids.
 * @param images training images
 */
export function estimate(study: Study, images: number, speeds: Speeds): Estimate {
  const arms: readonly Arm[] = study.selection ? armsOfSelection(study, []) : study.arms;
  const perEpoch = (batch: number) => Math.floor(images / batch);
  const floatSteps = study.float.epochs * perEpoch(study.float.batch);
  const phaseOf = (arm: Arm) => phasesOf(study, arm).at(-1)!;
  const armSteps = (arm: Arm) => phaseOf(arm).epochs * perEpoch(phaseOf(arm).batch);
  const speed = ({ gradient }: Arm) =>
    gradientKind(gradient).passes === 1 ? speeds.conventional : speeds.twoPass;
  const own = arms.map((arm) => ({ arm, seeds: seedsOfArm(study, arm).length }));
  const shared = sharedArms({ ...study, arms }).map((arm) => ({
    arm,
    seeds: Math.max(...own.map((each) => (firstPhaseOf(study, each.arm)?.id === arm.id ? each.seeds : 0))),
  }));
  const perSeed = [...own, ...shared];
  const sum = (read: (each: { arm: Arm; seeds: number }) => number) =>
    perSeed.reduce((total, each) => total + read(each), 0);
  const trained = sum(({ seeds }) => seeds);
  const networks = study.seeds.length + trained;
  const campaign = arms.map((arm) => ({
    speed: speeds.trials(arm.bits ?? study.bits),
    trials: seedsOfArm(study, arm).reduce(
      (total, seed) => total + planConditions(study, { arm: arm.id, seed }).length,
      0,
    ),
  }));
  const trials = campaign.reduce((total, arm) => total + arm.trials, 0);
  return {
    networks,
    steps: study.seeds.length * floatSteps + sum(({ arm, seeds }) => seeds * armSteps(arm)),
    trainingSeconds:
      (study.seeds.length * floatSteps * study.float.batch) / speeds.conventional +
      sum(({ arm, seeds }) => (seeds * armSteps(arm) * phaseOf(arm).batch) / speed(arm)),
    trials,
    campaignSeconds: campaign.reduce((total, arm) => total + arm.trials / arm.speed, 0),
    checkpointMegabytes: (networks * checkpointBytes(modelOf(study))) / 1e6,
    trialMegabytes: (trials * TRIAL_BYTES) / 1e6,
  };
}

/** Four bytes a parameter, and some kilobytes of header. */
function checkpointBytes(model: Model): number {
  return weightLayers(model).reduce((sum, { weights, outputs }) => sum + 4 * (weights + outputs), 8000);
}
