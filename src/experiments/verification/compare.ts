import type { TrialRow } from "../results/rows.js";

/** How the trials of two runs of one study agree. */
export interface Agreement {
  /** Trials that both runs have: the same network, encoding, layer, fault, rate and map. */
  readonly shared: number;
  /** Of those, the ones with the same number of images classified correctly. */
  readonly equal: number;
}

/** Compares trials by what they evaluate: arm, seed, encoding, layer, fault, rate and map. */
export function compareTrials(ours: readonly TrialRow[], theirs: readonly TrialRow[]): Agreement {
  const key = ({ arm, seed, encoding, layer, fault, rate, map }: TrialRow) =>
    [arm, seed, encoding, layer, fault, rate, map].join(" ");
  const known = new Map(theirs.map((row) => [key(row), row]));
  let [shared, equal] = [0, 0];
  for (const row of ours) {
    const other = known.get(key(row));
    if (!other) continue;
    shared++;
    if (other.correct === row.correct && other.images === row.images) equal++;
  }
  return { shared, equal };
}
