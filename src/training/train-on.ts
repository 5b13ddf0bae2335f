import { UserError } from "../base/errors.js";
import { settingsHash } from "../base/settings-hash.js";
import type { Bits } from "../networks/bits.js";
import type { Checkpoint } from "../networks/checkpoints/checkpoint.js";
import type { Model } from "../networks/model.js";
import { loadBackend } from "../tensors/backend/load.js";
import type { Sparsification } from "../tensors/sparsity/table.js";
import { thresholdOf } from "../tensors/sparsity/table.js";
import type { GradientRule } from "./gradients/rules.js";
import type { TrainingPhase } from "./phase.js";

import { type TrainingData, type TrainingOptions, train } from "./train.js";

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

/** The quantized phase of docs/protocol.md section 2. */
const PHASE: TrainingPhase = { epochs: 10, batch: 128, learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4 };

/**
 * Quantizes a float network of no study by training it on, as the arms of a study are trained from theirs: clips start at 0.8
 * of the largest magnitude and are learned. Loads TensorFlow.
 * @throws UserError for a network with batch norm, which {@link train} does not train; TrainingFailure as of `train`
 */
export async function trainOn(
  model: Model,
  start: Checkpoint,
  data: TrainingData,
  {
    bits,
    settings = {},
    sparsification = { kind: "none" },
    gradient = { rule: "conventional" },
    arm = "trained-on",
    ...options
  }: TrainOnOptions,
): Promise<Checkpoint> {
  const norm = model.nodes.find(({ op }) => op === "batchNorm");
  if (norm)
    throw new UserError(
      `model ${model.name} has the batch norm ${norm.name}, which cannot be trained on; fold it first: importing.foldBatchNorm(model, checkpoint)`,
    );
  if (start.origin.bits)
    throw new UserError(`start must be a float network, got arm ${start.origin.arm}, which is quantized`);
  const phase = { ...PHASE, ...settings };
  const config = settingsHash({ start: start.origin.config, bits, phase, sparsification, gradient });
  const { study, profile, seed } = start.origin;
  const threshold = thresholdOf(sparsification);
  const backend = { ...(await loadBackend()) };
  const origin = { study, profile, model: model.name, arm, seed, bits, threshold, config, backend };
  return train({ model, origin, settings: phase, sparsification, gradient, start }, data, options);
}
