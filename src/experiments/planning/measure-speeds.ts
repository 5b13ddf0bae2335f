import * as tf from "@tensorflow/tfjs-core";
import { type Arrays, mapArrays } from "../../base/arrays.js";
import { engineTitle } from "../../inference/choice.js";
import { codesOf, deploy } from "../../inference/deploy.js";
import { integerClassifier } from "../../inference/engine.js";
import { type Bits, bitsLabel } from "../../networks/bits.js";
import { flatten } from "../../networks/parameters.js";
import { DEFAULT_INSTRUCTION_SET } from "../../tensors/backend/instruction-set.js";
import { loadBackend } from "../../tensors/backend/load.js";
import { batchAt } from "../../tensors/batches.js";
import type { GradientRule } from "../../training/gradients/rules.js";
import type { OptimizerState } from "../../training/optimizer.js";
import { addClips, initialPoint, initialStatistics } from "../../training/start.js";
import { trainStep } from "../../training/step.js";
import { datasetOf, modelOf } from "../study/content.js";
import type { Study } from "../study/study.js";
import { bitsOfStudy, type Speeds } from "./estimate.js";

const STEPS = { warmUp: 5, runs: 15 };
const TRIALS = { warmUp: 2, runs: 5 };
const NONE = { kind: "none" } as const;

interface MeasuredSpeeds extends Speeds {
  /** What evaluated the trials, in words. */
  readonly engine: string;
}

/** Measures training steps and trials of a study on untrained networks; takes some seconds. */
export async function measureSpeeds(study: Study): Promise<MeasuredSpeeds> {
  await loadBackend({ instructionSet: study.instructionSet ?? DEFAULT_INSTRUCTION_SET });
  const model = modelOf(study);
  const dataset = datasetOf(study).load("train");
  const indices = range(study.quantized.batch);
  const { images } = batchAt(dataset, indices, model.classes);
  const statistics = initialStatistics(model);
  const point = addClips(model, initialPoint(model, "speed", 0), images, NONE, { statistics });
  const parameters = { ...flatten(point), ...statistics };
  images.dispose();
  const imagesPerSecond = (gradient: GradientRule) => {
    const { batch: size, momentum, weightDecay } = study.quantized;
    const options = {
      bits: study.bits,
      sparsification: NONE,
      gradient,
      learningRate: 1e-4,
      momentum,
      weightDecay,
    };
    let state: OptimizerState = {
      parameters,
      velocity: mapArrays(parameters, (x) => new Float32Array(x.length)),
    };
    const step = () => {
      const batch = batchAt(dataset, indices, model.classes); // making the tensors is part of a step
      state = trainStep(model, state, batch, options).state;
      tf.dispose([batch.images, batch.labels]);
    };
    return size / secondsOf(step, STEPS);
  };
  const trials = new Map(
    bitsOfStudy(study).map((bits) => [bitsLabel(bits), 1 / secondsOfTrial(study, bits, parameters)]),
  );
  return {
    conventional: imagesPerSecond({ rule: "conventional" }),
    twoPass: imagesPerSecond({ rule: "saq", rho: 0.1 }),
    trials: (bits) => trials.get(bitsLabel(bits))!,
    engine: engineTitle(),
  };
}

function secondsOfTrial(study: Study, bits: Bits, parameters: Arrays): number {
  const network = deploy(modelOf(study), { origin: { ...originOf(study), bits }, parameters });
  const { split, images } = study.campaign;
  const dataset = datasetOf(study);
  // as many images as the campaign has, but of the training images: speed is all that is measured
  const indices = range(images ?? dataset.sizes[split]);
  // nothing held: a network without faults would be read from memory in place of being evaluated
  const options = { holdBytes: 0 };
  const classifier = integerClassifier(network, dataset.load("train"), indices, options);
  const seconds = secondsOf(() => classifier.classify(codesOf(network)), TRIALS);
  classifier.dispose();
  return seconds;
}

function originOf({ name, profile, model }: Study) {
  const none = { seed: 0, epoch: 0, threshold: 0, settingsHash: "", backend: {}, curve: [] };
  return { study: name, profile, model: modelOf({ model }).name, arm: "speed", ...none };
}

function range(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/** The median of several runs, after some for warming up. */
function secondsOf(work: () => void, { warmUp, runs }: { warmUp: number; runs: number }): number {
  const times: number[] = [];
  for (let i = 0; i < warmUp + runs; i++) {
    const started = performance.now();
    work();
    times.push((performance.now() - started) / 1000);
  }
  return times.slice(warmUp).sort((a, b) => a - b)[runs >> 1]!;
}
