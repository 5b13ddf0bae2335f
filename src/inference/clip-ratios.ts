import { dictionary } from "../base/dictionary.js";
import type { Checkpoint } from "../networks/checkpoints/checkpoint.js";
import type { DeployedNetwork } from "./deploy.js";

/** Weight clips relative to the spread of the latent weights. */
export interface ClipRatios {
  /** sqrt(sum N c^2 / sum N sd^2) over layers of N weights. */
  readonly total: number;
  /** c / sd by layer. */
  readonly byLayer: Readonly<Record<string, number>>;
}

/**
 * How far each layer's clip reaches beyond its weights: the size of a fault relative to the weights grows with it, so it is
 * the main confound of every comparison (docs/protocol.md section 3).
 */
export function clipRatios(network: DeployedNetwork, { parameters }: Checkpoint): ClipRatios {
  let clips = 0;
  let variances = 0;
  const byLayer = dictionary<number>();
  for (const { name, clip } of network.layers) {
    const { data } = parameters[`${name}.weight`]!;
    const variance = varianceOf(data);
    byLayer[name] = clip / Math.sqrt(variance);
    clips += data.length * clip * clip;
    variances += data.length * variance;
  }
  return { total: Math.sqrt(clips / variances), byLayer };
}

/** The mean squared deviation from the mean. */
export function varianceOf(values: Float32Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
}
