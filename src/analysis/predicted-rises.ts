import type { SharpnessDocument } from "../experiments/sharpness/documents.js";
import { predictedRise } from "../experiments/sharpness/predictor.js";

/** Predicted and measured rise of the loss of one network under one fault type at one rate. */
export interface RiseRow {
  readonly arm: string;
  readonly seed: number;
  readonly fault: string;
  /** The layer that alone has faults; empty: all have. */
  readonly layer: string;
  readonly rate: number;
  /** By term, and in all, with the standard error of Hutchinson's estimate. */
  readonly slope: number;
  readonly curvature: number;
  readonly scatter: number;
  readonly predicted: number;
  readonly predictedError: number;
  /** Mean over maps, and its standard error. */
  readonly measured: number;
  readonly measuredError: number;
}

/** Every fault type, layer and rate that was both predicted and measured. */
export function riseRows(documents: readonly SharpnessDocument[]): RiseRow[] {
  return documents.flatMap(({ arm, seed, predictor, faultRises }) =>
    faultRises.flatMap(({ fault, layer, rate, value, standardError }): RiseRow[] => {
      const terms = predictor.find(
        (own) => own.fault === fault && own.layer === layer && (own.rate ?? rate) === rate,
      );
      if (!terms) return [];
      const { slope, curvature, scatter, total, standardError: error } = predictedRise(terms, rate);
      return [
        {
          arm,
          seed,
          fault,
          layer,
          rate,
          slope,
          curvature,
          scatter,
          predicted: total,
          predictedError: error,
          measured: value,
          measuredError: standardError,
        },
      ];
    }),
  );
}
