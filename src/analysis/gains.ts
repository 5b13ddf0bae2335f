import type { Results } from "../experiments/results/rows.js";
import type { ArmPair } from "../experiments/study/judgement.js";
import { pairedEffect } from "../statistics/index.js";
import { accuraciesOf } from "./accuracies.js";
import { cellsOf, faultRows, pairedDifferences } from "./paired-differences.js";

/** What a gain is of: clips free to move, clips frozen, and the first less the second. */
const IDS = ["free", "frozen", "difference"] as const;

/** How much more accurate one training is than another under a fault type, averaged over rates above 0, in pp. */
export interface Gain {
  readonly id: (typeof IDS)[number];
  /** Fault model id, or "all". */
  readonly fault: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly basis: string;
}

/** Gains that all arms have all trials for; none where the study compares no frozen clips. */
export function gainsOf(results: Results): Gain[] {
  const accuracies = accuraciesOf(results);
  const { mediation } = results.judgement;
  if (!mediation) return [];
  return faultRows(results).flatMap((fault): Gain[] => {
    const gain = (pair: ArmPair) => pairedDifferences(accuracies, pair, cellsOf(results, fault));
    const [free, frozen] = [gain(mediation.free), gain(mediation.frozen)];
    if ("missing" in free || "missing" in frozen) return [];
    const [whole, rest] = [free.average, frozen.average];
    const through = rest.map((row, seed) => row.map((value, map) => whole[seed]![map]! - value));
    return [whole, rest, through].map((values, i) => {
      const { mean, low, high, basis } = pairedEffect(values);
      return { id: IDS[i]!, fault, mean, low, high, basis };
    });
  });
}
