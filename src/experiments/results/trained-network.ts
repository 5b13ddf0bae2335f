/** What a store has of trained networks: looked up without TensorFlow, which only training needs. */

import type { Checkpoint } from "../../networks/checkpoints/checkpoint.js";
import { armHash, floatHash } from "../study/identity.js";
import { firstPhaseOf, trainedArmOf } from "../study/phases.js";

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

/** A network of a study, if the store has it. */
export function trainedNetwork(
  study: Study,
  store: Store,
  arm: string,
  seed: number,
): Checkpoint | undefined {
  return store.finished(arm, seed, networkSettingsHash(study, arm, seed));
}
