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
  const { seeds, maps } = shapeOf(differences);
  const means = new Float64Array(resamples);
  const column = new Float64Array(maps);
  for (let resample = 0; resample < resamples; resample++) {
    column.fill(0);
    for (let draw = 0; draw < seeds; draw++) {
      const row = differences[seeds === 1 ? 0 : stream.integer(seeds)]!;
      for (let map = 0; map < maps; map++) column[map]! += row[map]!;
    }
    let sum = 0;
    for (let draw = 0; draw < maps; draw++) sum += column[maps === 1 ? 0 : stream.integer(maps)]!;
    means[resample] = sum / (seeds * maps);
  }
  means.sort();
  return {
    low: sampleQuantile(means, (1 - level) / 2),
    high: sampleQuantile(means, (1 + level) / 2),
    resamples,
  };
}
