import { stream } from "../base/random/stream.js";
import type { Results } from "../experiments/results/rows.js";
import {
  type Basis,
  crossedBootstrap,
  crossFittedMaximum,
  minimumDetectableEffect,
  pairedEffect,
} from "../statistics/index.js";
import { type Accuracies, accuraciesOf } from "./accuracies.js";
import { type ArmPair, CLAIM_FAULTS, faultsOf, pairedDifferences } from "./paired-differences.js";

/** A claim of docs/protocol.md section 1: `better` is said to be more accurate under faults than `worse`. */
export interface Claim extends ArmPair {
  readonly id: "C1" | "C3a" | "C3b" | "C4";
  /** "Up to", in percentage points, as printed in arXiv 2301.00675v1 and in its revision arXiv 2406.10528. */
  readonly paper: { readonly v1: number; readonly revised: number } | null;
}

/** AS-high takes part in C1 where the study has it. */
export const CLAIMS: readonly Claim[] = [
  { id: "C1", better: "standard", worse: "as", paper: { v1: 17.32, revised: 11.13 } },
  { id: "C1", better: "standard", worse: "as-high", paper: { v1: 17.32, revised: 11.13 } },
  { id: "C3a", better: "as-saq", worse: "as", paper: { v1: 36.71, revised: 19.5 } },
  { id: "C3b", better: "standard-saq", worse: "standard", paper: { v1: 24.76, revised: 15.82 } },
  { id: "C4", better: "as-saq", worse: "standard", paper: null },
];

export type Verdict = "supported" | "contradicted" | "inconclusive" | "withheld";

/** An estimate with its 95 % interval, in percentage points; NaN where there is none. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** A claim tested on one fault type or over all; differences are `better` minus `worse`, positive supports the claim. */
export interface ClaimRow {
  readonly claim: Claim["id"];
  readonly better: string;
  readonly worse: string;
  /** Fault model id, or "all" for the mean over the three fault types. */
  readonly fault: string;
  /** Mean paired difference in accuracy over rates > 0. */
  readonly effect: Interval;
  readonly standardError: number;
  readonly df: number;
  readonly basis: Basis;
  readonly seedSd: number;
  readonly mapSd: number;
  /** The effect that would have been found with a probability of about 0.8. */
  readonly minimumDetectable: number;
  /** Crossed bootstrap of the same mean. */
  readonly bootstrap: { readonly low: number; readonly high: number };
  /** The same with accuracies relative to each network's own accuracy without faults (secondary). */
  readonly drop: Interval;
  /** The largest cell (fault type and rate), cross-fitted; NaN with one map. */
  readonly largest: number;
  /** The paper's maxima, in the row over all fault types only. */
  readonly paper: Claim["paper"];
  readonly verdict: Verdict;
  /** True where the verdict counts for nothing as a test of the claim. */
  readonly exploratory: boolean;
  /** Why the verdict is withheld, else empty. */
  readonly reason: string;
}

/**
 * Tests claims C1, C3a, C3b and C4 as docs/protocol.md section 5 says: each over all fault types, then for each.
 * AS-high enters C1 where the study has it. A verdict is withheld where an arm, a trial or a fault type is missing,
 * and outside exploratory runs where one seed or one map leaves nothing to generalise over.
 *
 * @param options.resamples of the bootstrap, default 1000
 */
export function claims(results: Results, { resamples = 1000 } = {}): ClaimRow[] {
  const accuracies = accuraciesOf(results);
  return CLAIMS.filter(({ worse }) => worse !== "as-high" || results.arms.includes("as-high")).flatMap(
    (claim) => ["all", ...CLAIM_FAULTS].map((fault) => test(results, accuracies, claim, fault, resamples)),
  );
}

function test(
  results: Results,
  accuracies: Accuracies,
  claim: Claim,
  fault: string,
  resamples: number,
): ClaimRow {
  const { id, better, worse } = claim;
  const paper = fault === "all" ? claim.paper : null;
  const shared = { claim: id, better, worse, fault, paper, exploratory: results.exploratory };
  const found = pairedDifferences(accuracies, claim, {
    faults: faultsOf(fault),
    rates: results.rates,
  });
  if ("missing" in found) return { ...shared, ...NOTHING, verdict: "withheld", reason: found.missing };

  const values = found.average;
  const effect = pairedEffect(values);
  const drop = pairedEffect(values.map((row, seed) => row.map((value) => value - found.clean[seed]!)));
  const draws = stream(results.study, results.profile, "claims-bootstrap", id, better, worse, fault);
  return {
    ...shared,
    effect: intervalOf(effect),
    standardError: effect.standardError,
    df: effect.df,
    basis: effect.basis,
    seedSd: effect.seedSd,
    mapSd: effect.mapSd,
    minimumDetectable: minimumDetectableEffect(effect.standardError, effect.df),
    bootstrap:
      effect.basis === "none" ? { low: NaN, high: NaN } : crossedBootstrap(values, draws, { resamples }),
    drop: intervalOf(drop),
    largest: crossFittedMaximum(found.cells).value,
    ...judge(effect, effect.basis, results.exploratory),
  };
}

const UNKNOWN: Interval = { mean: NaN, low: NaN, high: NaN };
const NOTHING = {
  effect: UNKNOWN,
  standardError: NaN,
  df: NaN,
  basis: "none",
  seedSd: NaN,
  mapSd: NaN,
  minimumDetectable: NaN,
  bootstrap: { low: NaN, high: NaN },
  drop: UNKNOWN,
  largest: NaN,
} as const;

/** The verdict that an interval allows (docs/protocol.md section 5). */
export function judge(
  interval: Interval,
  basis: Basis,
  exploratory: boolean,
): Pick<ClaimRow, "verdict" | "reason"> {
  if (basis === "none") return { verdict: "withheld", reason: "one seed and one map give no interval" };
  if (!exploratory && basis !== "seeds and maps") {
    const lacking =
      basis === "maps only" ? "one seed says nothing of other trainings" : "one map says nothing of others";
    return { verdict: "withheld", reason: lacking };
  }
  const verdict = interval.low > 0 ? "supported" : interval.high < 0 ? "contradicted" : "inconclusive";
  return { verdict, reason: "" };
}

function intervalOf({ mean, low, high }: Interval): Interval {
  return { mean, low, high };
}
