/** Which measures of a network go with its drop in accuracy under faults (docs/protocol.md section 6). */
import { stream } from "../base/random/stream.js";
import type { Results } from "../experiments/results/rows.js";
import { isShown, measureTitle } from "../experiments/sharpness/measure-titles.js";
import { clusterBootstrap, partialSpearman, spearman } from "../statistics/index.js";
import type { Interval } from "./claims.js";
import { measureIds, type SharpnessRow } from "./sharpness-rows.js";

/** What may predict the drop of a network's accuracy under faults. */
export interface Predictor {
  readonly id: string;
  readonly title: string;
  readonly of: (row: SharpnessRow) => number | undefined;
}

/** What the rank correlation is also taken given. */
export const CLIP: Predictor = { id: "clip-ratio", title: "clip/sd", of: (row) => row.clipRatio };
export const ACCURACY: Predictor = {
  id: "accuracy",
  title: "accuracy without faults",
  of: (row) => row.accuracy,
};

/** A measure of sharpness, by its id. */
export function byMeasure(id: string): Predictor {
  return { id, title: measureTitle(id), of: (row) => row.measures.get(id)?.value };
}

/** How one predictor goes with the drop. */
export interface Association {
  readonly id: string;
  readonly title: string;
  readonly correlation: Interval;
  /** Given clip/sd and accuracy without faults; NaN of fewer than 5 networks. */
  readonly partial: Interval;
  readonly networks: number;
}

/**
 * Rank correlation of each shown measure, of clip/sd and of accuracy without faults with the drop in accuracy under faults.
 * @param options.resamples of the bootstrap, default 1000
 */
export function associations(
  results: Results,
  rows: readonly SharpnessRow[],
  { resamples = 1000 } = {},
): Association[] {
  const measured = measureIds(rows).filter(isShown).map(byMeasure);
  return [...measured, CLIP, ACCURACY].map((predictor) =>
    associationOf(results, rows, predictor, { resamples }),
  );
}

/** The same of one predictor. */
export function associationOf(
  { study: { name, profile } }: Results,
  rows: readonly SharpnessRow[],
  { id, title, of }: Predictor,
  { resamples = 1000 } = {},
): Association {
  const have = rows.filter((row) => of(row) !== undefined);
  const seeds = [...new Set(have.map(({ seed }) => seed))];
  const clusters = seeds.map((seed) => have.filter((row) => row.seed === seed));
  const given = [CLIP, ACCURACY].filter((other) => other.id !== id);
  const drops = (items: readonly SharpnessRow[]) => items.map(({ drop }) => drop);
  const values = (items: readonly SharpnessRow[], predictor: Pick<Predictor, "of">) =>
    items.map((row) => predictor.of(row)!);
  const simple = (items: readonly SharpnessRow[]) => spearman(values(items, { of }), drops(items));
  const partial = (items: readonly SharpnessRow[]) =>
    partialSpearman(
      values(items, { of }),
      drops(items),
      given.map((other) => values(items, other)),
    );
  const interval = (statistic: typeof simple, kind: string) =>
    clusterBootstrap(clusters, statistic, stream(name, profile, "association", kind, id), { resamples });
  return {
    id,
    title,
    correlation: { mean: simple(have), ...interval(simple, "simple") },
    partial: { mean: partial(have), ...interval(partial, "partial") },
    networks: have.length,
  };
}
