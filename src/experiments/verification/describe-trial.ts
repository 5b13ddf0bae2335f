import { ENCODINGS } from "../../quantization/encodings.js";
import type { Condition, Trial } from "../campaign/plan.js";
import type { NetworkKey } from "../study/arms.js";

/**
 * A trial in words: `as, seed 0, flip at 0.01, map 3`, and where it applies `, fc1 alone` and `, gray`; the encoding is left out
 * if it is the usual one.
 */
export function describeTrial(trial: Condition & NetworkKey): string {
  const { arm, seed, encoding, layer, fault, rate, map } = trial;
  const what = map < 0 ? "without faults" : `${fault} at ${rate}, map ${map}`;
  const where = layer === "" ? [] : [`${layer} alone`];
  return [arm, `seed ${seed}`, what, ...where, ...(encoding === ENCODINGS[0] ? [] : [encoding])].join(", ");
}

/** Trials with their ids, one a line: the first of them if they are many. */
export function listTrials(trials: readonly (Trial & NetworkKey)[], { most = 20 } = {}): string {
  const lines = trials.slice(0, most).map((trial) => `  ${trial.id}  ${describeTrial(trial)}`);
  if (trials.length > most) lines.push(`  and ${trials.length - most} more`);
  return lines.join("\n");
}
