import { loadBackend } from "../backend/load.js";
import type { Checkpoint } from "../checkpoints/checkpoint.js";
import { UserError } from "../errors.js";
import { armConfig, floatConfig, settingsHash } from "../studies/hash.js";
import { armOf, modelOf } from "../studies/registry.js";
import type { Study } from "../studies/study.js";
import { type TrainingJob, train } from "../training/train.js";
import { trainingData } from "./images.js";
import type { JobOptions } from "./progress.js";
import type { Store } from "./store.js";

/** The arm name of the float network that every arm of a seed starts from. */
export const FLOAT = "float";

/**
 * Trains one network of a study, going on from the last finished epoch, and stores its checkpoint.
 * @param arm id of an arm, or `"float"`
 * @returns false if the store already has it
 */
export async function trainNetwork(
  study: Study,
  store: Store,
  arm: string,
  seed: number,
  { onProgress, signal }: JobOptions = {},
): Promise<boolean> {
  const config = configOf(study, arm, seed);
  if (store.finished(arm, seed, config)) return false;
  const backend = await loadBackend();
  const origin = {
    study: study.name,
    profile: study.profile,
    model: study.model,
    arm,
    seed,
    config,
    backend: { ...backend },
  };
  const job = arm === FLOAT ? floatJob(study, origin) : armJob(study, store, origin);
  const checkpoint = await train(job, trainingData(study), {
    resume: resumable(store.unfinished(arm, seed, config), origin.backend),
    onEpoch: (state) => store.saveUnfinished(state),
    onProgress: ({ step, steps, imagesPerSecond, epoch, epochs }) =>
      onProgress?.({
        done: step,
        of: steps,
        rate: imagesPerSecond,
        unit: "images/s",
        note: `epoch ${epoch}/${epochs}`,
      }),
    signal,
  });
  store.saveFinished(checkpoint);
  return true;
}

/** An unfinished training, if what computed it computes now: a network is not begun by one TensorFlow and ended by another. */
function resumable(state: Checkpoint | undefined, backend: Origin["backend"]): Checkpoint | undefined {
  return state && settingsHash(state.origin.backend) === settingsHash(backend) ? state : undefined;
}

/** Hash of what decides a network, the float one included. */
function configOf(study: Study, arm: string, seed: number): string {
  return arm === FLOAT ? floatConfig(study, seed) : armConfig(study, armOf(study, arm), seed);
}

/** A network of a study, if the store has it. */
export function trainedNetwork(
  study: Study,
  store: Store,
  arm: string,
  seed: number,
): Checkpoint | undefined {
  return store.finished(arm, seed, configOf(study, arm, seed));
}

type Origin = Omit<TrainingJob["origin"], "bits" | "threshold">;

function floatJob(study: Study, origin: Origin): TrainingJob {
  return {
    model: modelOf(study),
    origin: { ...origin, bits: null, threshold: 0 },
    settings: study.float,
    sparsification: { kind: "none" },
    gradient: { rule: "conventional" },
    start: undefined,
  };
}

function armJob(study: Study, store: Store, origin: Origin): TrainingJob {
  const { sparsification, gradient } = armOf(study, origin.arm);
  const start = trainedNetwork(study, store, FLOAT, origin.seed);
  if (!start)
    throw new UserError(
      `arm ${origin.arm}, seed ${origin.seed} starts from the float network of that seed, which is not trained yet; ` +
        `train it first: flatenn train --arm ${FLOAT} --seed ${origin.seed}`,
    );
  const threshold = sparsification.kind === "fatrelu" ? sparsification.threshold : 0;
  return {
    model: modelOf(study),
    origin: { ...origin, bits: study.bits, threshold },
    settings: study.quantized,
    sparsification,
    gradient,
    start,
  };
}
