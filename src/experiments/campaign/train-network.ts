import { UserError } from "../../base/errors.js";
import { JOB, type JobOptions, requireJob } from "../../base/progress.js";
import { settingsHash } from "../../base/settings-hash.js";
import type { Checkpoint } from "../../networks/checkpoints/checkpoint.js";
import { weightClipsOf } from "../../networks/parameters.js";
import { sampleQuantile } from "../../statistics/index.js";
import { DEFAULT_INSTRUCTION_SET } from "../../tensors/backend/instruction-set.js";
import { loadBackend } from "../../tensors/backend/load.js";
import { thresholdOf } from "../../tensors/sparsity/table.js";
import type { ClipRule } from "../../training/clip-rules.js";
import { TrainingFailure } from "../../training/health.js";
import { type TrainingJob, train } from "../../training/train.js";
import { saveFailure } from "../results/failures.js";
import type { Store } from "../results/store.js";
import { saveTiming, thisMachine } from "../results/timings.js";
import {
  dependenciesOf,
  FLOAT,
  failureOf,
  networkSettingsHash,
  trainedNetwork,
} from "../results/trained-network.js";
import { modelOf, namedContentOf } from "../study/content.js";
import { firstPhaseOf, phasesOf, sharedArms, trainedArmOf } from "../study/phases.js";
import type { Study } from "../study/study.js";
import { trainingData } from "./images.js";

/** What came of {@link trainNetwork}; `"done before"` says that the store already had a network or its failure. */
export type TrainingOutcome = "trained" | "failed" | "done before";

/**
 * Trains one network of a study, going on from the last finished epoch, and stores its checkpoint, or that it failed.
 * A network that the arm shares with others is trained first, where it is not there.
 * @param arm id of an arm, of a network that arms share, or `"float"`
 */
export async function trainNetwork(
  study: Study,
  store: Store,
  arm: string,
  seed: number,
  options: JobOptions = {},
): Promise<TrainingOutcome> {
  const { onProgress, signal } = requireJob("trainNetwork", options, JOB);
  const config = networkSettingsHash(study, arm, seed);
  if (store.finished(arm, seed, config) || failureOf(study, store, arm, seed)) return "done before";
  const failed = (reason: string, epoch: number, step: number) => {
    saveFailure(store, { arm, seed, config, reason, epoch, step });
    store.dropUnfinished(arm, seed);
    return "failed" as const;
  };
  for (const needed of dependenciesOf(study, arm)) {
    if (sharedArms(study).some(({ id }) => id === needed))
      await trainNetwork(study, store, needed, seed, options);
    const failure = failureOf(study, store, needed, seed);
    if (failure) return failed(`it needs arm ${needed} of this seed, which failed: ${failure.reason}`, 0, 0);
  }
  const { instructionSet = DEFAULT_INSTRUCTION_SET } = study;
  const backend = await loadBackend({ instructionSet });
  const content = namedContentOf(study);
  const origin = {
    study: study.name,
    profile: study.profile,
    model: modelOf(study).name,
    ...(content && { content }),
    arm,
    seed,
    settingsHash: config,
    backend: { ...backend },
  };
  const job = arm === FLOAT ? floatJob(study, origin) : armJob(study, store, origin);
  const speeds: number[] = [];
  const training = train(job, trainingData(study), {
    resume: resumable(store.unfinished(arm, seed, config), origin.backend),
    onEpoch: (state) => store.saveUnfinished(state),
    onProgress: ({ step, steps, imagesPerSecond: rate, epoch, epochs }) => {
      speeds.push(rate);
      onProgress?.({ done: step, of: steps, rate, unit: "images/s", note: `epoch ${epoch}/${epochs}` });
    },
    signal,
  });
  try {
    const network = await training;
    const { batch } = job.settings;
    const millisecondsPerStep =
      (1000 * batch) /
      sampleQuantile(
        speeds.sort((a, b) => a - b),
        0.5,
      );
    saveTiming(store, { arm, seed, millisecondsPerStep, batch, machine: thisMachine() });
    store.saveFinished(network);
    store.dropUnfinished(arm, seed);
    return "trained";
  } catch (error) {
    if (!(error instanceof TrainingFailure)) throw error;
    return failed(error.reason, error.epoch, error.step);
  }
}

/** An unfinished training, if what computed it computes now: a network is not begun by one TensorFlow and ended by another. */
function resumable(state: Checkpoint | undefined, backend: Origin["backend"]): Checkpoint | undefined {
  return state && settingsHash(state.origin.backend) === settingsHash(backend) ? state : undefined;
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
  const arm = trainedArmOf(study, origin.arm);
  const { sparsification, gradient, bits = study.bits, range } = arm;
  const first = firstPhaseOf(study, arm);
  const needed = (arm: string, what: string) => {
    const found = trainedNetwork(study, store, arm, origin.seed);
    if (found) return found;
    throw new UserError(
      `arm ${origin.arm}, seed ${origin.seed} ${what} of that seed, which is not trained yet; ` +
        `train it first: npx flatenn train --arm ${arm} --seed ${origin.seed}`,
    );
  };
  const start = first
    ? needed(first.id, `goes on from the network ${first.id}`)
    : needed(FLOAT, "starts from the float network");
  const threshold = thresholdOf(sparsification);
  const model = modelOf(study);
  const clips: ClipRule | undefined =
    range?.rule === "frozen"
      ? {
          rule: "frozen",
          weightClips: weightClipsOf(model, needed(range.of, `has the clips of arm ${range.of}`)),
        }
      : range;
  return {
    model,
    origin: { ...origin, bits, threshold },
    settings: phasesOf(study, arm).at(-1)!,
    sparsification,
    gradient,
    start,
    encoding: study.campaign.encoding,
    ...(clips && { clips }),
  };
}
