import type { Results } from "../experiments/results/rows.js";
import { pairedEffect } from "../statistics/index.js";
import { accuraciesOf } from "./accuracies.js";
import { pairedDifferences } from "./paired-differences.js";

/** SAQ against conventional training, where the weights' range is free to shrink and where it is not. */
const ARMS = [
  { better: "standard-saq", worse: "standard" },
  { better: "standard-saq-frozen", worse: "standard-frozen" },
] as const;

/** What a gain is of: clips free to move, clips frozen, and the first less the second. */
const IDS = ["free", "frozen", "difference"] as const;

/** How much more accurate SAQ is under a fault type, averaged over rates above 0, in pp. */
export interface Gain {
  readonly id: (typeof IDS)[number];
  /** Fault model id, or "all". */
  readonly fault: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly basis: string;
}

/** Gains that all arms have all trials for; none unless clips were frozen in the study. */
export function gainsOf(results: Results): Gain[] {
  const accuracies = accuraciesOf(results);
  return ["all", ...results.faults].flatMap((fault): Gain[] => {
    const faults = fault === "all" ? results.faults : [fault];
    const [free, frozen] = ARMS.map((pair) => pairedDifferences(accuracies, pair, { ...results, faults }));
    if ("missing" in free! || "missing" in frozen!) return [];
    const [whole, rest] = [free!.average, frozen!.average];
    const through = rest.map((row, seed) => row.map((value, map) => whole[seed]![map]! - value));
    return [whole, rest, through].map((values, i) => {
      const { mean, low, high, basis } = pairedEffect(values);
      return { id: IDS[i]!, fault, mean, low, high, basis };
    });
  });
}
