import { UserError } from "../base/errors.js";
import { requireRate } from "./inject.js";
import { exposedBits, requireSitesFit, type Sites } from "./sites.js";

/**
 * Mean and variance, between maps, of the share of a layer's exposed bits that is faulty (docs/protocol.md section 3).
 * The mean is the rate wherever faults strike. With N exposed bits the variance is p (1 - p) / N for independent bits;
 * whole rows or columns of m_l bits make it p (1 - p) sum of m_l^2 / N^2, up to max m_l times as much; one bit per
 * weight of k makes it p (1 - k p) / N. For models with equal rates for bits that store 0 and 1.
 */
export function faultyShare(options: {
  /** Number of weights of the layer, at least 1. */
  weights: number;
  bits: number;
  rate: number;
  sites?: Sites | undefined;
}): { mean: number; variance: number } {
  const { weights, bits, rate, sites } = options;
  if (!(Number.isInteger(weights) && weights >= 1)) {
    throw new UserError(`weights must be an integer from 1, got ${String(weights)}`);
  }
  requireSitesFit(sites, bits, requireRate(rate));
  const exposed = weights * exposedBits(sites, bits);
  if (sites?.kind === "weights") return { mean: rate, variance: (rate * (1 - bits * rate)) / exposed };
  return { mean: rate, variance: (rate * (1 - rate) * squaredSizes(sites, exposed)) / exposed ** 2 };
}

/** The sum of m^2 over the groups of m bits that are faulty as one. */
function squaredSizes(sites: Sites | undefined, exposed: number): number {
  if (sites?.kind === "rows") {
    const last = exposed % sites.columns;
    return (exposed - last) * sites.columns + last ** 2;
  }
  if (sites?.kind === "columns") {
    const { rows, columns } = sites;
    // Of the last array, `longer` columns have one bit more than the others.
    const last = exposed % (rows * columns);
    const longer = last % columns;
    const height = Math.floor(last / columns);
    return (exposed - last) * rows + longer * (height + 1) ** 2 + (columns - longer) * height ** 2;
  }
  return exposed;
}
