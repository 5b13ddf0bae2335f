import type { Results } from "../experiments/results/rows.js";
import { PRIMARY_MEASURE } from "../experiments/sharpness/measure-titles.js";
import { tInterval } from "../statistics/t-interval.js";
import type { Interval, Verdict } from "./claims.js";
import { type SharpnessRow, valuesOf } from "./sharpness-rows.js";

/** Two arms whose sharpness is compared: the first is said to be sharper (C2), or trained to be flatter. */
export interface SharpnessPair {
  readonly first: string;
  readonly second: string;
}

/** The comparisons that are made by seed: C2's two, then SAQ against conventional training. */
export const SHARPNESS_PAIRS: readonly SharpnessPair[] = [
  { first: "as", second: "standard" },
  { first: "as-high", second: "standard" },
  { first: "standard-saq", second: "standard" },
  { first: "as-saq", second: "as" },
  { first: "as-high-saq", second: "as-high" },
];

/** The mean difference first - second over the seeds that both arms have; without bounds for one seed. */
export interface PairedDifference extends Interval {
  readonly seeds: number;
}

/** @returns undefined where no seed has both */
export function pairedDifference(
  rows: readonly SharpnessRow[],
  { first, second }: SharpnessPair,
  id: string,
): PairedDifference | undefined {
  const other = valuesOf(rows, second, id);
  const differences = [...valuesOf(rows, first, id)].flatMap(([seed, value]) =>
    other.has(seed) ? [value - other.get(seed)!] : [],
  );
  if (differences.length === 0) return undefined;
  const { mean, low, high, n } = tInterval(differences);
  return { mean, low, high, seeds: n };
}

/** Claim C2 for one of the AS arms. */
export interface SharpnessClaim extends SharpnessPair {
  /** AS less standard in the primary measure, in nats: positive supports the claim. */
  readonly effect: PairedDifference | undefined;
  readonly verdict: Verdict;
  /** Why the verdict is withheld, else empty. */
  readonly reason: string;
  readonly exploratory: boolean;
}

/** Judges C2 by the rule of docs/protocol.md section 5, for AS and, where the study has it, AS-high. */
export function sharpnessClaims(results: Results, rows: readonly SharpnessRow[]): SharpnessClaim[] {
  return SHARPNESS_PAIRS.filter(
    ({ first, second }) =>
      second === "standard" && first !== "standard-saq" && (first === "as" || results.arms.includes(first)),
  ).map((pair) => {
    const effect = pairedDifference(rows, pair, PRIMARY_MEASURE);
    return { ...pair, effect, ...judge(results, effect), exploratory: results.exploratory };
  });
}

function judge(
  results: Results,
  effect: PairedDifference | undefined,
): Pick<SharpnessClaim, "verdict" | "reason"> {
  const withheld = (reason: string) => ({ verdict: "withheld" as const, reason });
  if (!effect) return withheld("sharpness of an arm is not measured");
  if (effect.seeds < results.seeds.length)
    return withheld(`sharpness is measured with ${effect.seeds} of ${results.seeds.length} seeds`);
  if (effect.seeds === 1) return withheld("one seed gives no interval");
  const verdict = effect.low > 0 ? "supported" : effect.high < 0 ? "contradicted" : "inconclusive";
  return { verdict, reason: "" };
}
