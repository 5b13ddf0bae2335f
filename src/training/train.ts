import { setImmediate } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs-core";
import { type Arrays, mapArrays } from "../base/arrays.js";
import { UserError } from "../base/errors.js";
import { type OptionKeys, requireOptions } from "../base/options.js";
import { JOB, requireJob } from "../base/progress.js";
import { stream } from "../base/random/index.js";
import { requireSchema } from "../base/schema.js";
import { augmentImages } from "../datasets/augmentation.js";
import { gatherLabels, type ImageDataset, pickImages } from "../datasets/images.js";
import { countCorrect } from "../inference/classifier.js";
import { codesOf, deploy } from "../inference/deploy.js";
import { tensorClassifier } from "../inference/tensor.js";
import {
  type Checkpoint,
  type CheckpointOrigin,
  type EpochRecord,
  networkHash,
} from "../networks/checkpoints/checkpoint.js";
import type { Model } from "../networks/model.js";
import { flatten, normNodes, runningStatistics, unflatten } from "../networks/parameters.js";
import type { Encoding } from "../quantization/encodings.js";
import { type Batch, batchAt, epochBatches, imageTensor } from "../tensors/batches.js";
import { classifyFloat } from "../tensors/classify-float.js";
import { requireSparsification, type Sparsification } from "../tensors/sparsity/table.js";
import { type ClipRule, clipRuleSpec, relativeRates, startClips } from "./clip-rules.js";
import { type GradientRule, requireGradientRule } from "./gradients/rules.js";
import type { TwoPasses } from "./gradients/statistics.js";
import { checkTraining, clipValues, requireClips } from "./health.js";

import { type OptimizerState, oneCycleSchedule } from "./optimizer.js";
import { phaseSchema, type TrainingPhase } from "./phase.js";
import { absorbIdleBiases, addClips, initialPoint, initialStatistics } from "./start.js";
import { trainStep } from "./step.js";

/** One network to train. */
export interface TrainingJob {
  readonly model: Model;
  /** What the checkpoint will say of itself; `curve`, `epoch` and `start` are filled in. */
  readonly origin: Omit<CheckpointOrigin, "curve" | "epoch" | "start">;
  readonly settings: TrainingPhase;
  readonly sparsification: Sparsification;
  readonly gradient: GradientRule;
  /**
   * The float network to start from, or a quantized one to go on from with its clips as they are, its epochs counted on;
   * undefined trains a float network.
   */
  readonly start: Checkpoint | undefined;
  /** Where clips come from. Default: learned. */
  readonly clips?: ClipRule;
  /** How codes lie in memory, which decides what a flip does to them in RandBET. Default: offset binary. */
  readonly encoding?: Encoding;
}

export interface TrainingData {
  readonly dataset: ImageDataset;
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

export interface TrainingProgress {
  readonly arm: string;
  readonly seed: number;
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done, over all epochs. */
  readonly step: number;
  readonly steps: number;
  readonly imagesPerSecond: number;
}

export interface TrainingOptions {
  /** State of an unfinished run of the same job, as `onEpoch` got it. */
  readonly resume?: Checkpoint | undefined;
  /** Called after each epoch with everything needed to go on from there. */
  readonly onEpoch?: (state: Checkpoint) => void;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Ends the training at the next report, with the signal's reason thrown. */
  readonly signal?: AbortSignal | undefined;
}

const JOB_KEYS: OptionKeys<TrainingJob> = {
  model: true,
  origin: true,
  settings: true,
  sparsification: true,
  gradient: true,
  start: true,
  clips: true,
  encoding: true,
};
export const DATA: OptionKeys<TrainingData> = { dataset: true, train: true, validation: true };
const OPTIONS: OptionKeys<TrainingOptions> = { resume: true, onEpoch: true, ...JOB };

/** Steps between reports of progress. */
const REPORT_EVERY = 50;

/**
 * Trains one network to the end, or on from where `resume` stopped; the result has the same bits either way.
 * @throws UserError for options and settings that do not exist or are not right; TrainingFailure if the loss is not finite or a clip collapses (changes its sign, where clips are learned relative to their start), naming layer, epoch and arm
 */
export async function train(
  job: TrainingJob,
  data: TrainingData,
  options: TrainingOptions = {},
): Promise<Checkpoint> {
  requireJob("train", options, OPTIONS);
  const { settings, sparsification, gradient } = requireOptions("job of train", job, JOB_KEYS);
  requireOptions("data of train", data, DATA);
  requireSchema("settings", phaseSchema, settings);
  requireSparsification(sparsification);
  requireGradientRule(gradient);
  requireNorms(job);
  const origin = { ...job.origin, ...(job.start && { start: networkHash(job.start) }) };
  const phase = job.start ? "quantized" : "float";
  const curve: EpochRecord[] = [...(options.resume?.origin.curve ?? job.start?.origin.curve ?? [])];
  const before = job.start?.origin.bits ? job.start.origin.epoch : 0; // epochs are counted over all quantized phases
  const finished = options.resume?.origin.epoch ?? before;
  const start = begin(job, data);
  const { clips, encoding } = job;
  let state = options.resume ? resumed(options.resume) : start;
  const initialClips = clipValues(start.parameters); // what a collapse is measured against
  requireClips(initialClips, origin.arm);
  const { clipRates, statisticsShare } = settings;
  const rateFactors = clipRates ? relativeRates(initialClips, clipRates) : {};
  const epochSteps = Math.floor(data.train.length / settings.batch);
  const steps = settings.epochs * epochSteps;
  const rise = Math.round((settings.rise ?? 0) * epochSteps);
  const last = before + settings.epochs;
  let step = (finished - before) * epochSteps;

  for (let epoch = finished + 1; epoch <= last; epoch++) {
    let since = performance.now();
    let lossSum = 0;
    const batches = epochBatches(data.train, settings.batch, {
      study: origin.study,
      phase,
      seed: origin.seed,
      epoch,
    });
    let learningRate = settings.learningRate;
    for (const [i, indices] of batches.entries()) {
      learningRate = oneCycleSchedule(settings.learningRate, step, { rise, steps });
      const batch = trainingBatch(job, data.dataset, indices, { phase, epoch, batch: i });
      const next = trainStep(job.model, state, batch, {
        bits: origin.bits ?? undefined,
        sparsification: job.sparsification,
        gradient: job.gradient,
        learningRate,
        momentum: settings.momentum,
        weightDecay: settings.weightDecay,
        key: [origin.study, "step", origin.seed, step],
        rateFactors,
        ...(statisticsShare !== undefined && { statisticsShare }),
        ...(clips && { clips }),
        ...(encoding && { encoding }),
      });
      tf.dispose([batch.images, batch.labels]);
      lossSum += next.loss;
      state = next.state;
      step++;
      checkTraining({
        state,
        loss: next.loss,
        initialClips,
        keepsSigns: settings.clipRates !== undefined,
        arm: origin.arm,
        epoch,
        step,
      });
      if ((i + 1) % REPORT_EVERY !== 0 && i + 1 !== batches.length) continue;
      const done = i % REPORT_EVERY === REPORT_EVERY - 1 ? REPORT_EVERY : batches.length % REPORT_EVERY;
      const imagesPerSecond = (1000 * done * settings.batch) / (performance.now() - since);
      options.onProgress?.({
        arm: origin.arm,
        seed: origin.seed,
        epoch,
        epochs: last,
        step,
        steps,
        imagesPerSecond,
      });
      since = performance.now();
      await setImmediate(); // lets signals and messages in
      options.signal?.throwIfAborted();
    }
    const loss = lossSum / batches.length;
    const snapshot = (): Checkpoint => ({
      origin: { ...origin, epoch, curve: [...curve] },
      ...state,
    });
    curve.push({ phase, epoch, learningRate, loss, validationAccuracy: validate(job, snapshot(), data) });
    if (epoch < last) options.onEpoch?.(snapshot());
  }
  return { origin: { ...origin, epoch: last, curve }, parameters: state.parameters };
}

/** Refuses settings of batch norm for a network that has none. @throws UserError */
function requireNorms({ model, settings, gradient }: TrainingJob): void {
  if (normNodes(model).length > 0) return;
  const { statistics, secondStatistics }: { readonly rule: string } & TwoPasses = gradient;
  const asked = { "settings.statisticsShare": settings.statisticsShare, statistics, secondStatistics };
  const [name, value] = Object.entries(asked).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined)
    throw new UserError(
      `${name} is of batch norm, which model ${model.name} has not; got ${value}: leave it out`,
    );
}

/** The images and labels of a step, varied as the phase says, by draws that every arm of a seed shares. */
function trainingBatch(
  { model, origin: { study, seed }, settings: { augmentation } }: TrainingJob,
  dataset: ImageDataset,
  indices: Uint32Array,
  at: { readonly phase: string; readonly epoch: number; readonly batch: number },
): Batch {
  if (!augmentation) return batchAt(dataset, indices, model.classes);
  const draws = stream(study, "augmentation", at.phase, seed, at.epoch, at.batch);
  const varied = augmentImages(pickImages(dataset, indices), augmentation, draws);
  return batchAt(
    varied,
    indices.map((_, i) => i),
    model.classes,
  );
}

function begin(job: TrainingJob, data: TrainingData): OptimizerState {
  const parameters = startingParameters(job, data);
  return { parameters, velocity: mapArrays(parameters, (x) => new Float32Array(x.length)) };
}

function startingParameters(
  { model, origin, settings, sparsification, start, clips = { rule: "learned" } }: TrainingJob,
  data: TrainingData,
): Arrays {
  if (!start)
    return { ...flatten(initialPoint(model, origin.study, origin.seed)), ...initialStatistics(model) };
  if (start.origin.bits) return start.parameters;
  const key = { study: origin.study, phase: "quantized", seed: origin.seed, epoch: 1 };
  const images = imageTensor(data.dataset, epochBatches(data.train, settings.batch, key)[0]!);
  const seen = clipRuleSpec(clips).observesActivations ? { share: 1 } : {}; // all that is observed lies within the clip
  const parameters = absorbIdleBiases(model, start.parameters);
  const statistics = runningStatistics(model, parameters);
  const point = addClips(model, unflatten(model, parameters), images, sparsification, {
    ...seen,
    statistics,
  });
  images.dispose();
  return { ...flatten(startClips(point, clips)), ...statistics };
}

function resumed({ parameters, velocity = {} }: Checkpoint): OptimizerState {
  return { parameters, velocity };
}

/** Share of validation images that the network, deployed as it now is, classifies correctly. */
function validate(job: TrainingJob, checkpoint: Checkpoint, { dataset, validation }: TrainingData): number {
  const classes = checkpoint.origin.bits
    ? classifyDeployed(job.model, checkpoint, dataset, validation)
    : classifyFloat(job.model, checkpoint, dataset, validation);
  return countCorrect(classes, gatherLabels(dataset, validation)) / validation.length;
}

function classifyDeployed(model: Model, checkpoint: Checkpoint, dataset: ImageDataset, indices: Uint32Array) {
  const network = deploy(model, checkpoint);
  const classifier = tensorClassifier(network, dataset, indices);
  const classes = classifier.classify(codesOf(network));
  classifier.dispose();
  return classes;
}
