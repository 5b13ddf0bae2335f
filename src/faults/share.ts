import { textOf, UserError } from "../base/errors.js";
import { requireOptions } from "../base/options.js";
import { requireBits } from "../quantization/grid.js";
import { requireRate } from "./inject.js";
import { type Sites, weaknessOf } from "./site-kinds.js";
import { exposedBits, requireSitesFit } from "./sites.js";

/** What {@link faultyShare} is told. */
export interface ShareOptions {
  /** Number of weights of the layer, at least 1. */
  weights: number;
  bits: number;
  rate: number;
  sites?: Sites | undefined;
}

/**
 * Mean and variance, between maps, of the share of a layer's exposed bits that is faulty (docs/protocol.md section 3).
 * The mean is the rate wherever faults strike. With N exposed bits the variance is p (1 - p) / N for independent bits;
 * whole rows or columns of m_l bits make it p (1 - p) sum of m_l^2 / N^2, up to max m_l times as much; one bit per
 * weight of k makes it p (1 - k p) / N. For models with equal rates for bits that store 0 and 1.
 */
export function faultyShare(options: ShareOptions): { mean: number; variance: number } {
  const { weights, bits, rate, sites } = requireOptions("faultyShare", options, {
    weights: true,
    bits: true,
    rate: true,
    sites: true,
  });
  if (!(Number.isInteger(weights) && weights >= 1)) {
    throw new UserError(`weights must be an integer from 1, got ${textOf(weights)}`);
  }
  requireSitesFit(sites, requireBits(bits), requireRate(rate));
  const exposed = weights * exposedBits(sites, bits);
  return { mean: rate, variance: weaknessOf(sites).shareVariance(sites, { bits, rate, exposed }) };
}
