/**
 * How much faults raise the loss, to second order and on average (docs/protocol.md section 3):
 *
 *   dL = m'g + (1/2) m'Hm + (1/2) sum_i v_i H_ii
 *
 * with the mean m and the variance v of the change of each weight. Where m = p m1 and v = p (1 - p) v1 (`momentsScale`),
 * three numbers per fault type and set of layers say it for every rate; elsewhere there are three for each rate.
 */

import { UserError } from "../../base/errors.js";
import { requireOptions } from "../../base/options.js";
import { requireRate } from "../../faults/inject.js";
import type { FaultModel } from "../../faults/models.js";
import { faultMoments, type Moments, momentsScale } from "../../faults/moments.js";
import { ENCODINGS, type Encoding } from "../../quantization/encodings.js";
import type { Product } from "./hessian.js";
import type { Estimate } from "./hutchinson.js";
import { type Layer, only, type Vector } from "./layers.js";
import { dot, endToEnd } from "./vector.js";

/** The codes and the clip of a layer: what its faults' moments depend on. */
export interface CodedLayer {
  readonly name: string;
  readonly codes: Uint8Array;
  readonly clip: number;
  readonly bits: number;
}

/** The terms of the prediction for one fault type in one layer, or in all: of every rate, or of one. */
export interface PredictorTerms {
  /** Fault model id. */
  readonly fault: string;
  /** The layer that alone has faults; empty: all have. */
  readonly layer: string;
  /** The rate that the terms are of; absent where they serve every rate p. */
  readonly rate?: number;
  /** m'g; of every rate m1'g, to be multiplied by p. */
  readonly slope: number;
  /** m'Hm, to be halved; of every rate m1'Hm1, to be multiplied by p^2 / 2. */
  readonly curvature: number;
  /** sum_i v_i H_ii, to be halved; of every rate that of v1, to be multiplied by p (1 - p) / 2. */
  readonly scatter: Estimate;
}

/** Moments of the changes of all weights at a rate. @param options.encoding default offset binary */
export function changeMoments(
  layers: readonly CodedLayer[],
  model: FaultModel,
  options: { readonly rate: number; readonly encoding?: Encoding },
): Moments {
  const { rate, encoding } = requireOptions("changeMoments", options, { rate: true, encoding: true });
  const found = layers.map(({ codes, clip, bits }) =>
    faultMoments(codes, { clip, bits, rate, model, encoding }),
  );
  return {
    mean: endToEnd(found.map(({ mean }) => mean)),
    variance: endToEnd(found.map(({ variance }) => variance)),
  };
}

/**
 * The same for p = 1 and p (1 - p) = 1, where these factors say the moments at every rate p.
 * @param options.encoding default offset binary
 * @throws UserError where they do not
 */
export function unitMoments(
  layers: readonly CodedLayer[],
  model: FaultModel,
  options: { readonly encoding?: Encoding } = {},
): Moments {
  const { encoding } = requireOptions("unitMoments", options, { encoding: true });
  if (!allScale(layers, model, encoding))
    throw new UserError(
      `moments of fault model ${model.id} in ${encoding ?? ENCODINGS[0]} are not those of one rate times p and p (1 - p); ask changeMoments for those of a rate`,
    );
  const rate = 0.5;
  const { mean, variance } = changeMoments(layers, model, { ...options, rate });
  return { mean: mean.map((m) => m / rate), variance: variance.map((v) => v / (rate * (1 - rate))) };
}

function allScale(layers: readonly CodedLayer[], model: FaultModel, encoding: Encoding | undefined): boolean {
  return [...new Set(layers.map(({ bits }) => bits))].every((bits) =>
    momentsScale({ bits, model, encoding }),
  );
}

/** The faults of one type in one layer, or in all, at every rate or at one: 0 elsewhere. */
export interface PredictorCell extends Moments, Pick<PredictorTerms, "fault" | "layer" | "rate"> {}

/** What {@link predictorCells} is told. */
export interface PredictorOptions {
  readonly faults: readonly FaultModel[];
  readonly encoding: Encoding;
  /** The rates to be predicted, by the layer that alone has faults, empty for all: for moments that do not scale. */
  readonly rates: (layer: string) => readonly number[];
}

/** Every fault type, in all layers together and in each alone; of every rate, or else of each that is to be predicted. */
export function predictorCells(
  layers: readonly Layer[],
  coded: readonly CodedLayer[],
  options: PredictorOptions,
): PredictorCell[] {
  const keys = { faults: true, encoding: true, rates: true } as const;
  const { faults, encoding, rates } = requireOptions("predictorCells", options, keys);
  const sets = [
    { layer: "", members: layers },
    ...layers.map((layer) => ({ layer: layer.name, members: [layer] })),
  ];
  return faults.flatMap((model) => {
    const scale = allScale(coded, model, encoding);
    const ratesOf = (layer: string): readonly (number | undefined)[] => (scale ? [undefined] : rates(layer));
    const wanted = new Set(sets.flatMap(({ layer }) => ratesOf(layer)));
    const moments = new Map(
      [...wanted].map((rate) => [
        rate,
        rate === undefined
          ? unitMoments(coded, model, { encoding })
          : changeMoments(coded, model, { rate, encoding }),
      ]),
    );
    return sets.flatMap(({ layer, members }) =>
      ratesOf(layer).map((rate) => {
        const { mean, variance } = moments.get(rate)!;
        return {
          fault: model.id,
          layer,
          ...(rate === undefined ? {} : { rate }),
          mean: only(mean, members),
          variance: only(variance, members),
        };
      }),
    );
  });
}

/** @param scatter sum_i v_i H_ii, see `diagonalSums` */
export function predictorTerms(
  { fault, layer, rate, mean }: PredictorCell,
  options: { gradient: Vector; product: Product; scatter: Estimate },
): PredictorTerms {
  const keys = { gradient: true, product: true, scatter: true } as const;
  const { gradient, product, scatter } = requireOptions("predictorTerms", options, keys);
  return {
    fault,
    layer,
    ...(rate === undefined ? {} : { rate }),
    slope: dot(mean, gradient),
    curvature: dot(mean, product(mean)),
    scatter,
  };
}

/**
 * The predicted rise of the loss at a rate, by term and in all; the standard error is that of Hutchinson's estimate.
 * @throws UserError for terms of another rate
 */
export function predictedRise(terms: PredictorTerms, rate: number) {
  const { slope, curvature, scatter } = terms;
  if (terms.rate !== undefined && terms.rate !== requireRate(rate))
    throw new UserError(
      `these terms of ${terms.fault} are of the rate ${terms.rate} alone, got ${rate}; choose those of this rate`,
    );
  // Terms of every rate are to be multiplied by it; those of one have it in them.
  const p =
    terms.rate === undefined
      ? { mean: requireRate(rate), variance: rate * (1 - rate) }
      : { mean: 1, variance: 1 };
  const first = p.mean * slope;
  const second = (p.mean ** 2 / 2) * curvature;
  const spread = p.variance / 2;
  return {
    slope: first,
    curvature: second,
    scatter: spread * scatter.value,
    total: first + second + spread * scatter.value,
    standardError: spread * scatter.standardError,
  };
}
