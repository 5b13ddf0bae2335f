import { UserError } from "../base/errors.js";
import { type OptionKeys, requireOptions, shown } from "../base/options.js";
import { JOB, requireJob } from "../base/progress.js";
import { requireSchema } from "../base/schema.js";
import { settingsHash } from "../base/settings-hash.js";
import { requireImagesOf, requireLabelsOf } from "../datasets/images.js";
import { requireCheckpoint } from "../inference/deploy.js";
import { type Bits, requireBitsOf } from "../networks/bits.js";
import type { Checkpoint } from "../networks/checkpoints/checkpoint.js";
import type { Model } from "../networks/model.js";
import { requireModel } from "../networks/schema.js";
import { loadBackend } from "../tensors/backend/load.js";
import { requireSparsification, type Sparsification, thresholdOf } from "../tensors/sparsity/table.js";
import { type GradientRule, requireGradientRule } from "./gradients/rules.js";
import { phaseSchema, type TrainingPhase } from "./phase.js";
import { DATA, type TrainingData, type TrainingOptions, train } from "./train.js";

export interface TrainOnOptions extends Pick<TrainingOptions, "onProgress" | "signal"> {
  readonly bits: Bits;
  /** What differs from the quantized phase of the studies: 10 epochs of batches of 128, learning rate 0.01. */
  readonly settings?: Partial<TrainingPhase>;
  /** Default: none. */
  readonly sparsification?: Sparsification;
  /** Default: conventional; `{ rule: "saq", rho: 0.2 }` trains sharpness-aware. */
  readonly gradient?: GradientRule;
  /** What the checkpoint calls itself. Default: `"trained-on"`. */
  readonly arm?: string;
}

const OPTIONS: OptionKeys<TrainOnOptions> = {
  bits: true,
  settings: true,
  sparsification: true,
  gradient: true,
  arm: true,
  ...JOB,
};
const PHASE_KEYS: OptionKeys<TrainingPhase> = {
  epochs: true,
  batch: true,
  learningRate: true,
  momentum: true,
  weightDecay: true,
  rise: true,
  augmentation: true,
  clipRates: true,
  statisticsShare: true,
};

/** The quantized phase of docs/protocol.md section 2. */
const PHASE: TrainingPhase = { epochs: 10, batch: 128, learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4 };

/**
 * Quantizes a float network of no study by training it on, as the arms of a study are trained from theirs: clips start at 0.8
 * of the largest magnitude and are learned. Loads TensorFlow.
 * @throws UserError for options that do not exist or are not right, and for a network with batch norm, which {@link train}
 *   does not train; TrainingFailure as of `train`
 */
export async function trainOn(
  model: Model,
  start: Checkpoint,
  data: TrainingData,
  options: TrainOnOptions,
): Promise<Checkpoint> {
  requireModel(model);
  const {
    bits,
    settings = {},
    sparsification = { kind: "none" },
    gradient = { rule: "conventional" },
    arm = "trained-on",
    ...rest
  } = requireJob("trainOn", options, OPTIONS);
  requireBitsOf(bits);
  const norm = model.nodes.find(({ op }) => op === "batchNorm");
  if (norm)
    throw new UserError(
      `model ${model.name} has the batch norm ${norm.name}, which cannot be trained on; fold it first: importing.foldBatchNorm(model, checkpoint)`,
    );
  if (requireCheckpoint(start).origin.bits)
    throw new UserError(`start must be a float network, got arm ${start.origin.arm}, which is quantized`);
  const phase = requireSchema("settings", phaseSchema, {
    ...PHASE,
    ...requireOptions("settings", settings, PHASE_KEYS),
  });
  requireSparsification(sparsification);
  requireGradientRule(gradient);
  requireData(model, data, phase);
  const { settingsHash: before } = start.origin;
  const hash = settingsHash({ start: before, bits, phase, sparsification, gradient });
  const { study, profile, seed } = start.origin;
  const threshold = thresholdOf(sparsification);
  const backend = { ...(await loadBackend()) };
  const origin = {
    study,
    profile,
    model: model.name,
    arm,
    seed,
    bits,
    threshold,
    settingsHash: hash,
    backend,
  };
  return train({ model, origin, settings: phase, sparsification, gradient, start }, data, rest);
}

function requireData(model: Model, data: TrainingData, { batch }: TrainingPhase): void {
  const { dataset, train, validation } = requireOptions("data", data, DATA);
  requireImagesOf(model, dataset);
  requireLabelsOf(model, dataset);
  for (const [name, indices, least] of [
    ["train", train, batch],
    ["validation", validation, 1],
  ] as const)
    if (!(indices instanceof Uint32Array && indices.length >= least))
      throw new UserError(
        `data.${name} must be a Uint32Array of at least ${least} ${least === 1 ? "index" : "indices, one batch,"} of images, got ${shown(indices)}${
          indices instanceof Uint32Array ? ` of ${indices.length}` : ""
        }`,
      );
}
