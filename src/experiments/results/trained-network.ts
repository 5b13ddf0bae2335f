/** What a store has of trained networks: looked up without TensorFlow, which only training needs. */

import { UserError } from "../../base/errors.js";
import { settingsHash } from "../../base/settings-hash.js";
import type { Checkpoint } from "../../networks/checkpoints/checkpoint.js";
import { thresholdOf } from "../../tensors/sparsity/table.js";
import type { NetworkKey } from "../study/arms.js";
import { modelOf, namedContentOf } from "../study/content.js";
import { armHash, floatHash } from "../study/identity.js";
import { firstPhaseOf, phasesOf, trainedArmOf } from "../study/phases.js";
import type { Study } from "../study/study.js";
import { readFailure } from "./failures.js";
import type { Failure } from "./rows.js";
import type { Store } from "./store.js";

/** The arm name of the float network that every arm of a seed starts from. */
export const FLOAT = "float";

/**
 * The networks of the same seed that an arm's training begins with: the float network, or the one that it shares with other
 * arms, and those of arms whose clips it takes.
 */
export function dependenciesOf(study: Study, arm: string): readonly string[] {
  if (arm === FLOAT) return [];
  const own = trainedArmOf(study, arm);
  const start = firstPhaseOf(study, own)?.id ?? FLOAT;
  return own.range?.rule === "frozen" ? [start, own.range.of] : [start];
}

/** Why a network of a study failed, if it was trained and did. */
export function failureOf(study: Study, store: Store, arm: string, seed: number): Failure | undefined {
  return readFailure(store, arm, seed, networkSettingsHash(study, arm, seed));
}

/** Hash of what decides a network, the float one included. */
export function networkSettingsHash(study: Study, arm: string, seed: number): string {
  return arm === FLOAT ? floatHash(study, seed) : armHash(study, trainedArmOf(study, arm), seed);
}

/**
 * A network of a study, if the store has it.
 * @throws UserError if its file is not as a manifest states, or says of itself what no network of the study is
 */
export function trainedNetwork(
  study: Study,
  store: Store,
  arm: string,
  seed: number,
): Checkpoint | undefined {
  const found = store.finished(arm, seed, networkSettingsHash(study, arm, seed));
  return found && requireOrigin(study, { arm, seed }, found, store.checkpoint(arm, seed));
}

/** A checkpoint, if it is what the study has there. @param path where it was read @throws UserError that says what it is not */
export function requireOrigin(
  study: Study,
  key: NetworkKey,
  checkpoint: Checkpoint,
  path: string,
): Checkpoint {
  const [problem] = originProblems(study, key, checkpoint);
  if (problem === undefined) return checkpoint;
  throw new UserError(
    `${path} ${problem}; move it away and train the network anew, or name the folder that has it with --checkpoints`,
  );
}

/** What a checkpoint says of itself and is not so in the study: parts of sentences about it, which follow its name. */
export function originProblems(study: Study, { arm, seed }: NetworkKey, { origin }: Checkpoint): string[] {
  if (origin.arm !== arm || origin.seed !== seed)
    return [`says that it is ${origin.arm}, seed ${origin.seed}`];
  const own = arm === FLOAT ? undefined : trainedArmOf(study, arm);
  const wanted = {
    study: study.name,
    model: modelOf(study).name,
    content: namedContentOf(study),
    settingsHash: networkSettingsHash(study, arm, seed),
    bits: own ? (own.bits ?? study.bits) : null,
    threshold: own ? thresholdOf(own.sparsification) : 0,
    // epochs count on through both phases of an arm
    epoch: own ? phasesOf(study, own).reduce((sum, { epochs }) => sum + epochs, 0) : study.float.epochs,
  };
  return Object.entries(wanted)
    .map(([name, value]) => ({ name, value, found: origin[name as keyof typeof wanted] }))
    .filter(({ value, found }) => settingsHash([found ?? null]) !== settingsHash([value ?? null]))
    .map(({ name, value, found }) =>
      name === "settingsHash"
        ? "was made with other settings than study.json has"
        : `says that its ${name} is ${JSON.stringify(found)}, in the study it is ${JSON.stringify(value)}`,
    );
}
