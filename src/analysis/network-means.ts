import type { NetworkRow, Results } from "../experiments/results/rows.js";
import { mean, tInterval } from "../statistics/index.js";

/** What the networks of an arm are like without faults: shares in percent, means over those seeds that there are. */
export function networkMeans({ networks }: Results, arm: string) {
  const own = networks.filter((network) => network.arm === arm);
  const over = (read: (network: NetworkRow) => number) => spread(own.map(read));
  return {
    seeds: own.length,
    accuracy: over(({ correct, images }) => (100 * correct) / images),
    sparsity: over((network) => 100 * network.sparsity),
    skipped: over((network) => 100 * network.skippedMacs),
    clip: over((network) => network.clipRatio),
    clipByLayer: Object.fromEntries(
      Object.keys(own[0]?.clipRatioByLayer ?? {}).map((layer) => [
        layer,
        mean(own.map(({ clipRatioByLayer }) => clipRatioByLayer[layer]!)),
      ]),
    ),
    rho: spread(own.flatMap(({ relativeRho }) => relativeRho ?? [])),
  };
}

function spread(values: readonly number[]): { mean: number | null; sd: number | null } {
  if (values.length === 0) return { mean: null, sd: null };
  const { mean, sd } = tInterval(values);
  return { mean, sd: Number.isNaN(sd) ? null : sd };
}
