import { stream } from "../random/stream.js";
import type { Results } from "../results/rows.js";
import { clusterBootstrap, partialSpearman, spearman } from "../statistics/index.js";
import { intervalCells, intervalColumn } from "./cells.js";
import type { Interval } from "./claims.js";
import { captionOf, plural } from "./conditions.js";
import { isShown, measureTitle } from "./measure-titles.js";
import { measureIds, type SharpnessRow } from "./sharpness-rows.js";
import type { Cell, Table } from "./table.js";

/** What may predict the drop of a network's accuracy under faults. */
interface Predictor {
  readonly id: string;
  readonly title: string;
  readonly of: (row: SharpnessRow) => number | undefined;
}

/** What the rank correlation is also taken given. */
const CLIP: Predictor = { id: "clip-ratio", title: "clip/sd", of: (row) => row.clipRatio };
const ACCURACY: Predictor = { id: "accuracy", title: "accuracy without faults", of: (row) => row.accuracy };

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
  const measured = measureIds(rows)
    .filter(isShown)
    .map((id): Predictor => ({ id, title: measureTitle(id), of: (row) => row.measures.get(id)?.value }));
  return [...measured, CLIP, ACCURACY].map((predictor) => associationOf(results, rows, predictor, resamples));
}

/**
 * Rank correlation of each measure with the drop in accuracy under faults, over networks, and given clip/sd and accuracy
 * without faults; intervals by resampling seeds as clusters (docs/protocol.md section 6).
 * @param options.resamples of the bootstrap, default 1000
 */
export function associationTable(
  results: Results,
  rows: readonly SharpnessRow[],
  { resamples = 1000 } = {},
): Table {
  const arms = new Set(rows.map(({ arm }) => arm)).size;
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  return {
    title: "Association with the drop in accuracy under faults",
    caption: captionOf(
      results,
      `Over ${plural(rows.length, "network")}: ${plural(arms, "arm")}, ${plural(seeds, "seed")}.`,
      "Spearman's rank correlation of each measure with accuracy without faults less mean accuracy over all fault types, rates",
      "above 0 and maps; positive: sharper networks lose more. Given clip/sd and accuracy: partial rank correlation, which needs 5",
      "networks (clip/sd given accuracy alone, and the other way round). Intervals: 95 %, seeds resampled as clusters; with few seeds",
      "too narrow, with one none. Fault sharpness is nearly the drop itself, on other images and maps.",
    ),
    columns: [
      { key: "measure", title: "id", align: "left", csvOnly: true },
      { key: "measure_title", title: "measure", align: "left" },
      intervalColumn("correlation", "rank correlation", ""),
      intervalColumn("partial", "given clip/sd and accuracy", ""),
      { key: "networks", title: "networks", align: "right", decimals: 0 },
    ],
    rows:
      rows.length === 0
        ? []
        : associations(results, rows, { resamples }).map(
            ({ id, title, correlation, partial, networks }): Record<string, Cell> => ({
              measure: id,
              measure_title: title,
              ...intervalCells("correlation", correlation),
              ...intervalCells("partial", partial),
              networks,
            }),
          ),
  };
}

function associationOf(
  { study, profile }: Results,
  rows: readonly SharpnessRow[],
  { id, title, of }: Predictor,
  resamples: number,
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
  const interval = (statistic: typeof simple, name: string) =>
    clusterBootstrap(clusters, statistic, stream(study, profile, "association", name, id), { resamples });
  return {
    id,
    title,
    correlation: { mean: simple(have), ...interval(simple, "simple") },
    partial: { mean: partial(have), ...interval(partial, "partial") },
    networks: have.length,
  };
}
