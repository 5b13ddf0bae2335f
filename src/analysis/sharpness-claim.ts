import { isExploratory, type Results } from "../experiments/results/rows.js";
import { armOf, seedsOfArm } from "../experiments/study/arms.js";
import type { SharpnessPair } from "../experiments/study/judgement.js";
import { tInterval } from "../statistics/t-interval.js";
import type { Interval, Verdict } from "./claims.js";
import { type SharpnessRow, valuesOf } from "./sharpness-rows.js";

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

/**
 * The mean ratio first / second over the seeds that both arms have: a t interval of its logarithm.
 * @returns undefined where no seed has both, or a value is not above 0
 */
export function pairedRatio(
  rows: readonly SharpnessRow[],
  { first, second }: SharpnessPair,
  id: string,
): PairedDifference | undefined {
  const other = valuesOf(rows, second, id);
  const pairs = [...valuesOf(rows, first, id)].flatMap(([seed, value]) =>
    other.has(seed) ? [[value, other.get(seed)!] as const] : [],
  );
  if (pairs.length === 0 || pairs.some((pair) => pair.some((value) => value <= 0))) return undefined;
  const { mean, low, high, n } = tInterval(pairs.map(([above, below]) => Math.log(above / below)));
  return { mean: Math.exp(mean), low: Math.exp(low), high: Math.exp(high), seeds: n };
}

/** The claim about sharpness for one of its pairs. */
export interface JudgedSharpness extends SharpnessPair {
  /** First less second in the measure that decides, in nats: positive supports the claim. */
  readonly effect: PairedDifference | undefined;
  readonly verdict: Verdict;
  /** Why the verdict is withheld, else empty. */
  readonly reason: string;
  readonly exploratory: boolean;
}

/** Judges the claim about sharpness by the rule of docs/protocol.md section 5, for each pair of which a study has the arms. */
export function judgedSharpness(results: Results, rows: readonly SharpnessRow[]): JudgedSharpness[] {
  const { sharpness } = results.judgement;
  if (!sharpness) return [];
  const exploratory = isExploratory(results.study);
  return pairsOf(results, sharpness.sharper).map((pair) => {
    const effect = pairedDifference(rows, pair, sharpness.measure);
    return { ...pair, effect, ...judge(results, pair, effect), exploratory };
  });
}

/** The pairs whose arms a study has: all of them, but for the first, which is judged, or withheld, in any case. */
export function pairsOf(
  { study }: Pick<Results, "study">,
  pairs: readonly SharpnessPair[],
): readonly SharpnessPair[] {
  const has = (id: string) => study.arms.some((arm) => arm.id === id);
  return pairs.filter((pair, i) => i === 0 || (has(pair.first) && has(pair.second)));
}

function judge(
  { study }: Results,
  { first, second }: SharpnessPair,
  effect: PairedDifference | undefined,
): Pick<JudgedSharpness, "verdict" | "reason"> {
  const withheld = (reason: string) => ({ verdict: "withheld" as const, reason });
  if (!effect) return withheld("sharpness of an arm is not measured");
  const asked = Math.min(...[first, second].map((id) => seedsOfArm(study, armOf(study, id)).length));
  if (effect.seeds < asked) return withheld(`sharpness is measured with ${effect.seeds} of ${asked} seeds`);
  if (effect.seeds === 1) return withheld("one seed gives no interval");
  const verdict = effect.low > 0 ? "supported" : effect.high < 0 ? "contradicted" : "inconclusive";
  return { verdict, reason: "" };
}
