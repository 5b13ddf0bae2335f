import type { Results } from "../experiments/results/rows.js";
import { mainArms } from "../experiments/study/arms.js";
import type { ArmPair } from "../experiments/study/judgement.js";
import type { Arm } from "../experiments/study/study.js";
import { mean, type PairedEffect, pairedEffect } from "../statistics/index.js";
import type { Accuracies } from "./accuracies.js";
import { cellsOf, dropsOf, type FaultCell, pairedDifferences, underFaults } from "./paired-differences.js";

/** How badly faults damage the reference network: by how many points of its accuracy without faults it has lost. */
const DAMAGES = [
  { id: "slight", above: -Infinity, upTo: 5 },
  { id: "moderate", above: 5, upTo: 20 },
  { id: "severe", above: 20, upTo: Infinity },
] as const;

/** Fault types and rates that damage the reference network alike, by its own mean loss and nothing else. */
export interface Regime {
  readonly id: (typeof DAMAGES)[number]["id"];
  /** Loss of the reference network in points: more than `above`, at most `upTo`. */
  readonly above: number;
  readonly upTo: number;
  readonly cells: readonly FaultCell[];
}

/** The arm that regimes are fixed by: the first main one that is trained as usual, without a penalty. */
export function referenceArm({ arms }: Pick<Results["study"], "arms">): Arm | undefined {
  const main = mainArms({ arms });
  return arms.find(
    ({ id, sparsification, gradient }) =>
      main.includes(id) && sparsification.kind === "none" && gradient.rule === "conventional",
  );
}

/**
 * Divides the cells that a study is judged by into regimes; regimes without a cell are left out.
 * @returns none where the reference arm is missing or incomplete
 */
export function regimesOf(results: Results, accuracies: Accuracies): readonly Regime[] {
  const reference = referenceArm(results.study)?.id;
  if (reference === undefined) return [];
  const losses = new Map<FaultCell, number>();
  const clean = accuracies.clean(reference);
  for (const cell of cellsOf(results)) {
    const faulty = underFaults(accuracies, reference, [cell]);
    if ("missing" in clean || "missing" in faulty) return [];
    losses.set(cell, mean(clean.values.flat()) - mean(faulty.values.flat()));
  }
  return DAMAGES.map((damage): Regime => {
    const isIn = ([, loss]: [FaultCell, number]) => loss > damage.above && loss <= damage.upTo;
    return { ...damage, cells: [...losses].filter(isIn).map(([cell]) => cell) };
  }).filter(({ cells }) => cells.length > 0);
}

/** A difference of two arms over some cells: in accuracy, and in drop, with each network's own accuracy without faults as its zero. */
export interface Difference {
  readonly effect: PairedEffect;
  readonly drop: PairedEffect;
}

/** Both differences over cells; or what is missing for them. */
export function differenceOver(
  accuracies: Accuracies,
  pair: ArmPair,
  cells: readonly FaultCell[],
): Difference | { readonly missing: string } {
  const found = pairedDifferences(accuracies, pair, cells);
  if ("missing" in found) return found;
  return { effect: pairedEffect(found.average), drop: pairedEffect(dropsOf(found)) };
}
