import { setImmediate } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs-core";
import type { Checkpoint, CheckpointOrigin, EpochRecord } from "../checkpoints/checkpoint.js";
import type { ImageDataset } from "../datasets/images.js";
import { codesOf, deploy } from "../inference/deploy.js";
import { tensorClassifier } from "../inference/tensor.js";
import type { Model } from "../models/model.js";
import type { TrainingPhase } from "../studies/study.js";
import { batchAt, epochBatches } from "./batches.js";
import { classifyFloat } from "./classify-float.js";
import { checkTraining, clipValues } from "./health.js";
import type { Sparsification } from "./loss.js";
import { cosineSchedule, type OptimizerState } from "./optimizer.js";
import { addClips, flatten, initialPoint, unflatten } from "./parameters.js";
import { fromTensors, toTensors } from "./state.js";
import { type GradientRule, trainStep } from "./step.js";

/** One network to train. */
export interface TrainingJob {
  readonly model: Model;
  /** What the checkpoint will say of itself; `curve` and `epoch` are filled in. */
  readonly origin: Omit<CheckpointOrigin, "curve" | "epoch">;
  readonly settings: TrainingPhase;
  readonly sparsification: Sparsification;
  readonly gradient: GradientRule;
  /** The float network to start from; undefined trains that network itself. */
  readonly start: Checkpoint | undefined;
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

/** Steps between looks at the loss and clips: each look waits for TensorFlow. */
const REPORT_EVERY = 50;

/**
 * Trains one network to the end, or on from where `resume` stopped; the result has the same bits either way.
 * @throws UserError if the loss is not finite or a clip collapses, naming layer, epoch and arm
 */
export async function train(
  job: TrainingJob,
  data: TrainingData,
  options: TrainingOptions = {},
): Promise<Checkpoint> {
  const { settings, origin } = job;
  const phase = job.start ? "quantized" : "float";
  const curve: EpochRecord[] = [...(options.resume?.origin.curve ?? job.start?.origin.curve ?? [])];
  const finished = options.resume?.origin.epoch ?? 0;
  let state = options.resume ? resumed(options.resume) : begin(job, data);
  const initialClips = job.start ? initialClipValues(job, data) : {};
  const steps = settings.epochs * Math.floor(data.train.length / settings.batch);
  let step = finished * Math.floor(data.train.length / settings.batch);

  for (let epoch = finished + 1; epoch <= settings.epochs; epoch++) {
    let since = performance.now();
    let lossSum = tf.scalar(0);
    const batches = epochBatches(data.train, settings.batch, {
      study: origin.study,
      phase,
      seed: origin.seed,
      epoch,
    });
    let learningRate = settings.learningRate;
    for (const [i, indices] of batches.entries()) {
      learningRate = cosineSchedule(settings.learningRate, step, steps);
      const batch = batchAt(data.dataset, indices, job.model.classes);
      const next = trainStep(job.model, state, batch, {
        bits: origin.bits ?? undefined,
        sparsification: job.sparsification,
        gradient: job.gradient,
        learningRate,
        momentum: settings.momentum,
        weightDecay: settings.weightDecay,
      });
      const sum = tf.add(lossSum, next.loss) as tf.Scalar;
      tf.dispose([batch.images, batch.labels, lossSum, next.loss]);
      lossSum = sum;
      state = next.state;
      step++;
      const looked = (i + 1) % REPORT_EVERY === 0 || i + 1 === batches.length;
      if (!looked) continue;
      checkTraining({ state, lossSum, initialClips, arm: origin.arm, epoch });
      const done = i % REPORT_EVERY === REPORT_EVERY - 1 ? REPORT_EVERY : batches.length % REPORT_EVERY;
      const imagesPerSecond = (1000 * done * settings.batch) / (performance.now() - since);
      options.onProgress?.({
        arm: origin.arm,
        seed: origin.seed,
        epoch,
        epochs: settings.epochs,
        step,
        steps,
        imagesPerSecond,
      });
      since = performance.now();
      await setImmediate(); // lets signals and messages in
      options.signal?.throwIfAborted();
    }
    const loss = lossSum.dataSync()[0]! / batches.length;
    lossSum.dispose();
    const snapshot = (): Checkpoint => ({
      origin: { ...origin, epoch, curve: [...curve] },
      parameters: fromTensors(state.parameters),
      velocity: fromTensors(state.velocity),
    });
    curve.push({ phase, epoch, learningRate, loss, validationAccuracy: validate(job, snapshot(), data) });
    if (epoch < settings.epochs) options.onEpoch?.(snapshot());
  }
  const parameters = fromTensors(state.parameters);
  tf.dispose([state.parameters, state.velocity]);
  return { origin: { ...origin, epoch: settings.epochs, curve }, parameters };
}

function begin(job: TrainingJob, data: TrainingData): OptimizerState {
  const parameters = tf.tidy(() => {
    const { model, origin, start } = job;
    if (!start) return flatten(initialPoint(model, origin.study, origin.seed));
    const point = unflatten(model, toTensors(start.parameters));
    return flatten(addClips(model, point, firstImages(job, data), job.sparsification));
  });
  const zeros = Object.entries(parameters).map(([name, x]) => [name, tf.zerosLike(x)] as const);
  return { parameters, velocity: Object.fromEntries(zeros) };
}

function resumed({ parameters, velocity }: Checkpoint): OptimizerState {
  return { parameters: toTensors(parameters), velocity: toTensors(velocity ?? {}) };
}

/** Where the clips of a quantized training start: what a collapse is measured against. */
function initialClipValues(job: TrainingJob, data: TrainingData): Record<string, number> {
  return tf.tidy(() => clipValues(begin(job, data).parameters)) as Record<string, number>;
}

/** The images of the first training batch. */
function firstImages({ settings, origin }: TrainingJob, { dataset, train }: TrainingData): tf.Tensor4D {
  const key = { study: origin.study, phase: "quantized", seed: origin.seed, epoch: 1 };
  return batchAt(dataset, epochBatches(train, settings.batch, key)[0]!, 1).images;
}

/** Share of validation images that the network, deployed as it now is, classifies correctly. */
function validate(job: TrainingJob, checkpoint: Checkpoint, { dataset, validation }: TrainingData): number {
  const classes = checkpoint.origin.bits
    ? classifyDeployed(job.model, checkpoint, dataset, validation)
    : classifyFloat(job.model, checkpoint, dataset, validation);
  let correct = 0;
  for (let i = 0; i < validation.length; i++) if (classes[i] === dataset.labels[validation[i]!]) correct++;
  return correct / validation.length;
}

function classifyDeployed(model: Model, checkpoint: Checkpoint, dataset: ImageDataset, indices: Uint32Array) {
  const network = deploy(model, checkpoint);
  const classifier = tensorClassifier(network, dataset, indices);
  const classes = classifier.classify(codesOf(network));
  classifier.dispose();
  return classes;
}
