import { requireCount, requireOptions } from "../base/options.js";
import { stream } from "../base/random/stream.js";
import { isExploratory, type Results } from "../experiments/results/rows.js";
import type { Claim } from "../experiments/study/judgement.js";
import {
  type Basis,
  crossedBootstrap,
  crossFittedMaximum,
  minimumDetectableEffect,
  pairedEffect,
} from "../statistics/index.js";
import { type Accuracies, accuraciesOf } from "./accuracies.js";
import { ALL_FAULTS, cellsOf, dropsOf, faultRows, pairedDifferences } from "./paired-differences.js";

export type Verdict = "supported" | "contradicted" | "inconclusive" | "withheld";

/** An estimate with its 95 % interval, in percentage points; NaN where there is none. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** A claim tested on one fault type or over all; differences are `better` minus `worse`, positive supports the claim. */
export interface ClaimRow {
  readonly claim: string;
  /** Whether another arm stands in the place of one of the claim's own. */
  readonly isVariant: boolean;
  readonly better: string;
  readonly worse: string;
  /** Fault model id, or "all" for the mean over those that are judged. */
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

/** The claims of a study; a variant only where the study has its arms. */
export function claimsOf({ study, judgement }: Pick<Results, "study" | "judgement">): readonly Claim[] {
  const has = (id: string) => study.arms.some((arm) => arm.id === id);
  return judgement.claims.filter(({ variant, better, worse }) => !variant || (has(better) && has(worse)));
}

/**
 * Tests the claims of a study as docs/protocol.md section 5 says: each over all fault types, then for each. A verdict is
 * withheld where an arm, a trial or a fault type is missing, and outside exploratory runs where one seed or one map leaves
 * nothing to generalise over.
 *
 * @param options.resamples of the bootstrap, default 1000
 */
export function claims(
  results: Results,
  options: { readonly resamples?: number | undefined } = {},
): ClaimRow[] {
  const { resamples = 1000 } = requireOptions("claims", options, { resamples: true });
  requireCount("resamples", resamples);
  const accuracies = accuraciesOf(results);
  return claimsOf(results).flatMap((claim) =>
    faultRows(results).map((fault) => test(results, accuracies, claim, fault, resamples)),
  );
}

function test(
  results: Results,
  accuracies: Accuracies,
  claim: Claim,
  fault: string,
  resamples: number,
): ClaimRow {
  const { id, better, worse, variant: isVariant = false } = claim;
  const { study } = results;
  const paper = fault === ALL_FAULTS ? claim.paper : null;
  const exploratory = isExploratory(study);
  const shared = { claim: id, isVariant, better, worse, fault, paper, exploratory };
  const found = pairedDifferences(accuracies, claim, cellsOf(results, fault));
  if ("missing" in found) return { ...shared, ...NOTHING, verdict: "withheld", reason: found.missing };

  const values = found.average;
  const effect = pairedEffect(values);
  const drop = pairedEffect(dropsOf(found));
  const draws = stream(study.name, study.profile, "claims-bootstrap", id, better, worse, fault);
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
    ...judge(effect, effect.basis, exploratory),
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
