/**
 * How much faults raise the loss, to second order and on average (docs/protocol.md section 3):
 *
 *   dL = m'g + (1/2) m'Hm + (1/2) sum_i v_i H_ii
 *
 * with the mean m and the variance v of the change of each weight. Faults that strike each bit by itself have m = p m1 and
 * v = p (1 - p) v1, so three numbers per fault type and set of layers say it for every rate.
 */

import type { FaultModel } from "../../faults/models.js";
import { faultMoments } from "../../faults/moments.js";
import type { Product } from "./hessian.js";
import type { Estimate } from "./hutchinson.js";
import { type Layer, only, type Vector } from "./layers.js";
import { dot } from "./vector.js";

/** The codes and the clip of a layer: what its faults' moments depend on. */
export interface CodedLayer {
  readonly name: string;
  readonly codes: Uint8Array;
  readonly clip: number;
  readonly bits: number;
}

/** Means and variances of all weights' changes, for p = 1 and for p (1 - p) = 1. */
export interface UnitMoments {
  readonly mean: Vector;
  readonly variance: Vector;
}

/** The terms of the prediction for one fault type in one layer, or in all. */
export interface PredictorTerms {
  /** Fault model id. */
  readonly fault: string;
  /** The layer that alone has faults; empty: all have. */
  readonly layer: string;
  /** m1'g, to be multiplied by p. */
  readonly slope: number;
  /** m1'Hm1, to be multiplied by p^2 / 2. */
  readonly curvature: number;
  /** sum_i v1_i H_ii, to be multiplied by p (1 - p) / 2. */
  readonly scatter: Estimate;
}

/** Moments of faults that strike each bit by itself, in offset binary. */
export function unitMoments(layers: readonly CodedLayer[], model: FaultModel): UnitMoments {
  const rate = 0.5;
  const size = layers.reduce((sum, { codes }) => sum + codes.length, 0);
  const [all, scatter] = [new Float64Array(size), new Float64Array(size)];
  let at = 0;
  for (const { codes, clip, bits } of layers) {
    const { mean, variance } = faultMoments(codes, { clip, bits, rate, model });
    all.set(
      mean.map((m) => m / rate),
      at,
    );
    scatter.set(
      variance.map((v) => v / (rate * (1 - rate))),
      at,
    );
    at += codes.length;
  }
  return { mean: all, variance: scatter };
}

/** The faults of one type in one layer, or in all: 0 elsewhere. */
export interface PredictorCell extends UnitMoments {
  readonly fault: string;
  readonly layer: string;
}

/** Every fault type, in all layers together and in each alone. */
export function predictorCells(
  layers: readonly Layer[],
  moments: ReadonlyMap<string, UnitMoments>,
): PredictorCell[] {
  const sets = [
    { layer: "", members: layers },
    ...layers.map((layer) => ({ layer: layer.name, members: [layer] })),
  ];
  return [...moments].flatMap(([fault, { mean, variance }]) =>
    sets.map(({ layer, members }) => ({
      fault,
      layer,
      mean: only(mean, members),
      variance: only(variance, members),
    })),
  );
}

/** @param scatter sum_i v1_i H_ii, see `diagonalSums` */
export function predictorTerms(
  { fault, layer, mean }: PredictorCell,
  { gradient, product, scatter }: { gradient: Vector; product: Product; scatter: Estimate },
): PredictorTerms {
  return { fault, layer, slope: dot(mean, gradient), curvature: dot(mean, product(mean)), scatter };
}

/** The predicted rise of the loss at a rate, by term and in all; the standard error is that of Hutchinson's estimate. */
export function predictedRise({ slope, curvature, scatter }: PredictorTerms, rate: number) {
  const first = rate * slope;
  const second = (rate ** 2 / 2) * curvature;
  const spread = (rate * (1 - rate)) / 2;
  return {
    slope: first,
    curvature: second,
    scatter: spread * scatter.value,
    total: first + second + spread * scatter.value,
    standardError: spread * scatter.standardError,
  };
}
