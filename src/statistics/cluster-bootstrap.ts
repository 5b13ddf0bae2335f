import type { Stream } from "../base/random/stream.js";
import type { BootstrapInterval } from "./bootstrap.js";
import { type BootstrapOptions, bootstrapOf } from "./options.js";
import { sampleQuantile } from "./quantile.js";

/**
 * Percentile interval of a statistic of items that come in clusters: clusters are drawn with replacement, whole. Draws that
 * have no such statistic (NaN, such as the correlation of equal values) are left out. One cluster has no interval.
 *
 * @param statistic of the items of the clusters drawn, a cluster as often as it was drawn
 */
export function clusterBootstrap<T>(
  clusters: readonly (readonly T[])[],
  statistic: (items: readonly T[]) => number,
  stream: Stream,
  options: BootstrapOptions = {},
): BootstrapInterval {
  const { resamples, level } = bootstrapOf("clusterBootstrap", options);
  if (clusters.length < 2) return { low: NaN, high: NaN, resamples: 0 };
  const found: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const value = statistic(clusters.flatMap(() => clusters[stream.integer(clusters.length)]!));
    if (!Number.isNaN(value)) found.push(value);
  }
  if (found.length === 0) return { low: NaN, high: NaN, resamples: 0 };
  found.sort((a, b) => a - b);
  return {
    low: sampleQuantile(found, (1 - level) / 2),
    high: sampleQuantile(found, (1 + level) / 2),
    resamples: found.length,
  };
}
