import type { Stream } from "../base/random/stream.js";
import { type SeedsByMaps, shapeOf } from "./matrix.js";
import { type BootstrapOptions, bootstrapOf } from "./options.js";
import { sampleQuantile } from "./quantile.js";

export interface BootstrapInterval {
  readonly low: number;
  readonly high: number;
  readonly resamples: number;
}

/**
 * Percentile interval of the mean, where seeds and maps are drawn with replacement independently of each other, so
 * that every resample keeps the crossed structure (docs/protocol.md section 5). With few seeds it is too narrow (of
 * 5 seeds it sees at most the spread between 5): it stands beside `pairedEffect`, not in its place.
 *
 * @param differences [seed][map], complete, finite; with one seed only maps are resampled, with one map only seeds
 * @param stream where the draws come from: first all seeds, then all maps of a resample
 */
export function crossedBootstrap(
  differences: SeedsByMaps,
  stream: Stream,
  options: BootstrapOptions = {},
): BootstrapInterval {
  const { resamples, level } = bootstrapOf("crossedBootstrap", options);
  const means = Float64Array.from(crossedResamples([differences], stream, resamples), ([mean]) => mean!);
  return { ...percentiles(means, level), resamples };
}

/**
 * The means of several tables of the same seeds and maps, resample after resample: in one, all tables have the same draws.
 * @param tables at least one; [seed][map], of equal shape, as {@link crossedBootstrap} takes them
 */
export function* crossedResamples(
  tables: readonly SeedsByMaps[],
  stream: Stream,
  resamples: number,
): Generator<readonly number[]> {
  const { seeds, maps } = shapeOf(tables[0]!);
  const column = new Float64Array(maps);
  for (let resample = 0; resample < resamples; resample++) {
    const drawn = (count: number) =>
      Array.from({ length: count }, () => (count === 1 ? 0 : stream.integer(count)));
    const [bySeed, byMap] = [drawn(seeds), drawn(maps)];
    yield tables.map((table) => {
      column.fill(0);
      for (const seed of bySeed) {
        const row = table[seed]!;
        for (let map = 0; map < maps; map++) column[map]! += row[map]!;
      }
      let sum = 0;
      for (const map of byMap) sum += column[map]!;
      return sum / (seeds * maps);
    });
  }
}

/** The ends of the percentile interval of resampled numbers, which are sorted in place. */
export function percentiles(
  values: Float64Array,
  level: number,
): { readonly low: number; readonly high: number } {
  values.sort();
  return { low: sampleQuantile(values, (1 - level) / 2), high: sampleQuantile(values, (1 + level) / 2) };
}
