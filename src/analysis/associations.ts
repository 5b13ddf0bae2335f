/** Which measures of a network go with its drop in accuracy under faults (docs/protocol.md section 6). */
import { stream } from "../base/random/stream.js";
import type { Results } from "../experiments/results/rows.js";
import { isShown, measureTitle } from "../experiments/sharpness/measure-titles.js";
import { clusterBootstrap, mean, partialSpearman, spearman } from "../statistics/index.js";
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

/** Fewer networks of an arm have no correlation worth the name. */
const LEAST = 3;

/** How one predictor goes with the drop. */
export interface Association {
  readonly id: string;
  readonly title: string;
  /** Over all networks; seeds resampled. */
  readonly correlation: Interval;
  /** The same correlation with arms resampled: networks of one arm are alike. */
  readonly byArm: Interval;
  /** Mean over arms of the correlation among the networks of one arm, over those that have at least 3; arms resampled. */
  readonly within: Interval;
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
  const clustersBy = (key: "seed" | "arm") =>
    [...new Set(have.map((row) => row[key]))].map((value) => have.filter((row) => row[key] === value));
  const [seeds, arms] = [clustersBy("seed"), clustersBy("arm")];
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
  const interval = (statistic: typeof simple, kind: string, clusters = seeds) =>
    clusterBootstrap(clusters, statistic, stream(name, profile, "association", kind, id), { resamples });
  const correlations = arms.flatMap((own) => {
    const found = own.length < LEAST ? Number.NaN : simple(own);
    return Number.isNaN(found) ? [] : [[found]];
  });
  const average = (items: readonly number[]) => (items.length === 0 ? Number.NaN : mean(items));
  const within = clusterBootstrap(correlations, average, stream(name, profile, "association", "within", id), {
    resamples,
  });
  return {
    id,
    title,
    correlation: { mean: simple(have), ...interval(simple, "simple") },
    byArm: { mean: simple(have), ...interval(simple, "by arm", arms) },
    within: { mean: average(correlations.flat()), ...within },
    partial: { mean: partial(have), ...interval(partial, "partial") },
    networks: have.length,
  };
}
