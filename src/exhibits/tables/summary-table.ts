import type { TrialRow } from "../../experiments/results/rows.js";
import type { Cell, Column, Table } from "../forms/table.js";
import { styleById } from "../style/arms.js";
import { faultStyle } from "../style/fault-styles.js";

/**
 * Mean accuracy over fault maps of each network, by fault and rate: what a campaign prints when it is done.
 * @param titles what arms are called, see `armStyles`; default: by their ids
 */
export function summaryTable(trials: readonly TrialRow[], titles = styleById): Table {
  const rates = [...new Set(trials.map(({ rate }) => rate))].sort((a, b) => a - b);
  const rows = new Map<string, Record<string, Cell>>();
  const counts = new Map<string, { correct: number; images: number }>();
  for (const { arm, seed, fault, rate, correct, images } of trials) {
    const row = JSON.stringify([arm, seed, fault]);
    rows.set(row, { arm, arm_title: titles(arm).title, seed, fault: faultStyle(fault).title });
    const cell = JSON.stringify([row, rate]);
    const count = counts.get(cell) ?? { correct: 0, images: 0 };
    counts.set(cell, { correct: count.correct + correct, images: count.images + images });
  }
  const accuracy = (row: string, rate: number): Cell => {
    const count = counts.get(JSON.stringify([row, rate]));
    return count ? (100 * count.correct) / count.images : null;
  };
  return {
    title: "Mean accuracy (%) by fault rate",
    caption: "",
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "arm_title", title: "arm", align: "left" },
      { key: "seed", title: "seed", align: "right", decimals: 0 },
      { key: "fault", title: "fault", align: "left" },
      ...rates.map((rate): Column => ({ key: `rate_${rate}`, title: String(rate), align: "right" })),
    ],
    rows: [...rows].map(([key, row]) => ({
      ...row,
      ...Object.fromEntries(rates.map((rate) => [`rate_${rate}`, accuracy(key, rate)])),
    })),
  };
}
