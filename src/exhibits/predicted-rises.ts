import type { SharpnessDocument } from "../sharpness/documents.js";
import { predictedRise } from "../sharpness/predictor.js";
import { type ArmStyle, styleById } from "./arms.js";
import { known } from "./cells.js";
import { faultStyle } from "./fault-styles.js";
import type { Cell, Table } from "./table.js";

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
      const terms = predictor.find((own) => own.fault === fault && own.layer === layer);
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

/** The same as a table: where the prediction to second order holds, and where it breaks down. */
export function predictedRisesTable(
  documents: readonly SharpnessDocument[],
  styles: (arm: string) => ArmStyle = styleById,
): Table {
  return {
    title: "Rise of the loss under faults, predicted and measured",
    caption:
      "Predicted to second order from gradient and Hessian of the clamped network, m'g + m'Hm / 2 + sum v_i H_ii / 2; measured on the " +
      "deployed network, mean over fault maps; ± standard error. Training images; in nats. Layer: the one that alone has faults.",
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "arm_title", title: "arm", align: "left" },
      { key: "seed", title: "seed", align: "right", decimals: 0 },
      { key: "fault_title", title: "fault", align: "left" },
      { key: "layer", title: "layer", align: "left" },
      { key: "rate", title: "rate", align: "right", decimals: 4 },
      { key: "slope", title: "m'g", align: "right", decimals: 4 },
      { key: "curvature", title: "m'Hm / 2", align: "right", decimals: 4 },
      { key: "scatter", title: "sum v H / 2", align: "right", decimals: 4 },
      { key: "predicted", title: "predicted", align: "right", decimals: 4, spread: "predicted_error" },
      { key: "measured", title: "measured", align: "right", decimals: 4, spread: "measured_error" },
    ],
    rows: riseRows(documents).map(
      ({ predictedError, measuredError, ...row }): Record<string, Cell> => ({
        ...row,
        arm_title: styles(row.arm).title,
        fault_title: faultStyle(row.fault).title,
        layer: row.layer || "all",
        predicted_error: known(predictedError),
        measured_error: known(measuredError),
      }),
    ),
  };
}
