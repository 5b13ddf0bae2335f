import { UserError } from "../base/errors.js";
import type { Stream } from "../base/random/stream.js";
import { type SeedsByMaps, shapeOf } from "./matrix.js";
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
 * @param options.resamples default 2000
 * @param options.level coverage aimed at, default 0.95
 */
export function crossedBootstrap(
  differences: SeedsByMaps,
  stream: Stream,
  { resamples = 2000, level = 0.95 } = {},
): BootstrapInterval {
  const { seeds, maps } = shapeOf(differences);
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    throw new UserError(`resamples must be a whole number of at least 1, got ${resamples}`);
  }
  if (!(level > 0 && level < 1)) throw new UserError(`level must be in (0, 1), got ${level}: 0.95 is 95 %`);
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
