import { riseRows } from "../../analysis/predicted-rises.js";
import type { SharpnessDocument } from "../../experiments/sharpness/documents.js";
import type { ArmStyle } from "../../experiments/study/presentation.js";
import type { Cell, Table } from "../forms/table.js";
import { styleById } from "../style/arms.js";
import { known } from "../style/cells.js";
import { faultStyle } from "../style/fault-styles.js";

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
      { key: "seed", title: "seed", align: "right", decimals: 0, spare: 1 },
      { key: "fault_title", title: "fault", align: "left" },
      { key: "layer", title: "layer", align: "left" },
      { key: "rate", title: "rate", align: "right", decimals: 4, significant: 4 },
      { key: "slope", title: "m'g", align: "right", decimals: 4, spare: 2 },
      { key: "curvature", title: "m'Hm / 2", align: "right", decimals: 4, spare: 2 },
      { key: "scatter", title: "sum v H / 2", align: "right", decimals: 4, spare: 2 },
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
