import type { Results } from "../../experiments/results/rows.js";
import type { Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { captionOf } from "../style/conditions.js";

/** Trainings that failed (docs/protocol.md section 2): results like any other. */
export function failuresTable(results: Results): Table {
  const styles = armStyles(results);
  return {
    title: "Trainings that failed",
    caption: captionOf(results, "Epoch and step count from 1; 0 if a training did not begin."),
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "title", title: "arm", align: "left" },
      { key: "seed", title: "seed", align: "right", decimals: 0 },
      { key: "reason", title: "reason", align: "left" },
      { key: "epoch", title: "epoch", align: "right", decimals: 0 },
      { key: "step", title: "step", align: "right", decimals: 0 },
    ],
    rows: results.failures.map(({ arm, seed, reason, epoch, step }) => ({
      arm,
      title: arm === "float" ? "float network" : styles(arm).title,
      seed,
      reason,
      epoch,
      step,
    })),
  };
}
