import type { Results } from "../experiments/results/rows.js";
import type { About } from "../experiments/study/definition.js";
import type { ArmPair } from "../experiments/study/judgement.js";
import { meanTable, type PairedEffect, pairedEffect, type SeedsByMaps } from "../statistics/index.js";
import type { Accuracies, Measured } from "./accuracies.js";

/** A fault type at a rate above 0: effects are means over several of them. */
export interface FaultCell {
  readonly fault: string;
  readonly rate: number;
}

/** Accuracy of `better` minus that of `worse`, in percentage points, over the seeds that both have. */
export interface PairedDifferences {
  /** By cell, each [seed][map]. */
  readonly cells: readonly SeedsByMaps[];
  /** Without faults, by seed. */
  readonly clean: readonly number[];
  /** Mean over the cells, [seed][map]. */
  readonly average: SeedsByMaps;
}

/** The differences of two arms under the same faults, paired by seed and map; or what is missing for them. */
export function pairedDifferences(
  accuracies: Accuracies,
  { better, worse }: ArmPair,
  over: readonly FaultCell[],
): PairedDifferences | { readonly missing: string } {
  const clean = difference(accuracies.clean(better), accuracies.clean(worse));
  if ("missing" in clean) return clean;
  if (over.length === 0) return NO_RATES;
  const cells: SeedsByMaps[] = [];
  for (const { fault, rate } of over) {
    const cell = difference(accuracies.faulty(better, fault, rate), accuracies.faulty(worse, fault, rate));
    if ("missing" in cell) return cell;
    cells.push(cell.values);
  }
  return { cells, clean: clean.values.map(([value]) => value!), average: meanTable(cells) };
}

/** The same with each network's accuracy without faults as its own zero: the difference in drop, [seed][map]. */
export function dropsOf({ average, clean }: PairedDifferences): SeedsByMaps {
  return average.map((row, seed) => row.map((value) => value - clean[seed]!));
}

const NO_RATES = { missing: "the study has no rates above 0" };

/** Where one arm has more seeds than the other, those are its last ones. */
function difference(above: Measured, below: Measured): Measured {
  if ("missing" in above) return above;
  if ("missing" in below) return below;
  const values = above.values
    .slice(0, below.values.length)
    .map((row, seed) => row.map((value, map) => value - below.values[seed]![map]!));
  return { values };
}

/** What stands for the mean over all fault types that a study is judged by. */
export const ALL_FAULTS = "all";

/** The fault types of rows about claims: the mean over all, then each. */
export function faultRows({ judgement }: About): readonly string[] {
  return [ALL_FAULTS, ...judgement.faults];
}

/** The cells that a row is about, by fault type, then rate. @param fault a fault model's id, or `"all"` */
export function cellsOf(
  { study, judgement }: Pick<Results, "study" | "judgement">,
  fault = ALL_FAULTS,
): FaultCell[] {
  const faults = fault === ALL_FAULTS ? judgement.faults : [fault];
  return cellsAt(faults, study.campaign.rates);
}

/** Each fault type at each rate. */
export function cellsAt(faults: readonly string[], rates: readonly number[]): FaultCell[] {
  return faults.flatMap((fault) => rates.map((rate) => ({ fault, rate })));
}

/** Mean paired difference over cells, with its interval; or what is missing for it. */
export function effectBetween(
  accuracies: Accuracies,
  pair: ArmPair,
  over: readonly FaultCell[],
): PairedEffect | { readonly missing: string } {
  const found = pairedDifferences(accuracies, pair, over);
  return "missing" in found ? found : pairedEffect(found.average);
}

/** Mean accuracy of an arm over cells, [seed][map]; or what is missing for it. */
export function underFaults(accuracies: Accuracies, arm: string, over: readonly FaultCell[]): Measured {
  const cells: SeedsByMaps[] = [];
  for (const { fault, rate } of over) {
    const cell = accuracies.faulty(arm, fault, rate);
    if ("missing" in cell) return cell;
    cells.push(cell.values);
  }
  return cells.length === 0 ? NO_RATES : { values: meanTable(cells) };
}
