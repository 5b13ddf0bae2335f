import type { Mismatch } from "../../experiments/verification/verify.js";
import type { Table } from "../forms/table.js";

/** Numbers of stored trials that are not what the engine gives. */
export function mismatchTable(mismatches: readonly Mismatch[]): Table {
  return {
    title: "Trials that are not what the engine gives",
    caption: "",
    columns: [
      { key: "id", title: "trial", align: "left" },
      { key: "arm", title: "arm", align: "left" },
      { key: "seed", title: "seed", align: "right", decimals: 0, spare: 1 },
      { key: "fault", title: "fault", align: "left", spare: 2 },
      { key: "rate", title: "rate", align: "right", decimals: 3, significant: 4, spare: 3 },
      { key: "map", title: "map", align: "right", decimals: 0, spare: 4 },
      { key: "column", title: "column", align: "left" },
      { key: "stored", title: "stored", align: "right" },
      { key: "recomputed", title: "recomputed", align: "right" },
    ],
    rows: mismatches.map(({ trial, column, stored, recomputed }) => {
      const { id, arm, seed, fault, rate, map } = trial;
      return { id, arm, seed, fault, rate, map, column, stored, recomputed };
    }),
  };
}
