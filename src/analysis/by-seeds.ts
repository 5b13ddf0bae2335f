import type { Results } from "../experiments/results/rows.js";
import { definitionOf } from "../experiments/study/definition.js";

/** Seeds of a study that goes on with an earlier version: those that had been read when it was planned, and the new ones. */
export interface SeedsByVersion {
  readonly before: readonly number[];
  readonly added: readonly number[];
}

/** Which seeds a version added; undefined for a study that goes on with none that is known, or adds no seed to it. */
export function seedsByVersion({ study }: Pick<Results, "study">): SeedsByVersion | undefined {
  if (study.continues === undefined) return undefined;
  const earlier = definitionOf(study)?.profiles.find(
    ({ version, frozen }) => frozen && version === study.continues,
  );
  if (!earlier) return undefined;
  const [before, added] = [true, false].map((isOld) =>
    study.seeds.filter((seed) => earlier.seeds.includes(seed) === isOld),
  ) as [number[], number[]];
  return before.length > 0 && added.length > 0 ? { before, added } : undefined;
}

/** The same results as if the study had these of its seeds alone; arms that it trains on fewer than all are left out. */
export function ofSeeds(results: Results, seeds: readonly number[]): Results {
  const { study, networks, trials, failures } = results;
  const arms = study.arms.filter((arm) => (arm.seeds ?? study.seeds.length) >= study.seeds.length);
  const kept = new Set(arms.map(({ id }) => id));
  const isKept = ({ arm, seed }: { readonly arm: string; readonly seed: number }) =>
    kept.has(arm) && seeds.includes(seed);
  return {
    ...results,
    study: { ...study, seeds, arms },
    networks: networks.filter(isKept),
    trials: trials.filter(isKept),
    failures: failures.filter(isKept),
  };
}
