import type { NetworkKey } from "./campaign.js";
import type { Trial } from "./plan.js";

/** A trial in words: `as, seed 0, flip at 0.01, map 3`. */
export function describeTrial({ arm, seed, fault, rate, map }: Omit<Trial, "id"> & NetworkKey): string {
  const what = map < 0 ? "without faults" : `${fault} at ${rate}, map ${map}`;
  return `${arm}, seed ${seed}, ${what}`;
}

/** Trials with their ids, one a line: the first of them if they are many. */
export function listTrials(trials: readonly (Trial & NetworkKey)[], { most = 20 } = {}): string {
  const lines = trials.slice(0, most).map((trial) => `  ${trial.id}  ${describeTrial(trial)}`);
  if (trials.length > most) lines.push(`  and ${trials.length - most} more`);
  return lines.join("\n");
}
