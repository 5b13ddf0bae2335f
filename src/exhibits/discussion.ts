import type { Results } from "../results/rows.js";
import { armStyles } from "./arms.js";
import { ASPECTS, type Aspect, type Outcome, outcomes } from "./claim-outcomes.js";
import { CLAIMS, type ClaimRow, claims, type Verdict } from "./claims.js";
import { differenceTitle } from "./claims-table.js";
import { plural } from "./conditions.js";
import { controlsDiscussion } from "./controls-discussion.js";
import { networkMeans } from "./network-table.js";
import { effectPhrase, FINDINGS, list } from "./phrases.js";
import { sharpnessDiscussion } from "./sharpness-discussion.js";
import type { SharpnessRow } from "./sharpness-rows.js";
import { fixed } from "./table.js";

/** What each claim says, in our words. */
const STATEMENTS: Readonly<Record<ClaimRow["claim"], string>> = {
  C1: "under faults, activation-sparse networks are less accurate than standard ones",
  C3a: "SAQ makes activation-sparse networks more accurate under faults than conventional training",
  C3b: "SAQ makes standard networks more accurate under faults than conventional training",
  C4: "an activation-sparse network trained with SAQ is more accurate under faults than a standard one trained conventionally",
};

/** The words for a verdict under a condition; the second where the run is exploratory. */
const WORDS: Readonly<Record<Verdict, readonly [string, string]>> = {
  supported: ["supported", "the claimed way"],
  inconclusive: ["inconclusive", "undecided"],
  contradicted: ["contradicted", "the other way"],
  withheld: ["not known", "not known"],
};

/** A claim with its overall result and its result under each condition. */
interface Part {
  readonly row: ClaimRow;
  readonly outcomes: readonly Outcome[];
}

/**
 * Where results agree with the paper's statements and where not, in plain sentences, each number from the results: first what
 * holds and what that depends on, then a paragraph for each claim, then what the controls and the sharpness say of causes.
 * @param sharpness of the networks, where it is measured
 */
export function discussion(results: Results, sharpness: readonly SharpnessRow[] = []): string[] {
  const overall = claims(results, { resamples: 1 }).filter(({ fault }) => fault === "all");
  const outcomesOf = outcomes(results);
  const parts = CLAIMS.filter(({ worse }) => worse !== "as-high").map((claim): Part => {
    const row = overall.find(({ claim: id, worse }) => id === claim.id && worse === claim.worse)!;
    return { row, outcomes: row.verdict === "withheld" ? [] : outcomesOf(claim) };
  });
  const high = overall.find(({ worse }) => worse === "as-high");
  return [
    [summary(results, parts), ...dependences(parts)].join(" "),
    ...parts.map((part) => paragraph(results, part, high)),
    ...controlsDiscussion(results),
    sharpnessDiscussion(results, sharpness),
  ];
}

function summary({ exploratory }: Results, parts: readonly Part[]): string {
  const having = (verdict: Verdict) =>
    parts.filter(({ row }) => row.verdict === verdict).map(({ row }) => row.claim);
  const sentences = (Object.keys(FINDINGS) as Verdict[]).flatMap((verdict) => {
    const ids = having(verdict);
    if (ids.length === 0) return [];
    const words = FINDINGS[verdict][exploratory ? 1 : 0];
    return [`${list(ids)} ${ids.length === 1 ? words : pluralOf(words)}`];
  });
  const text = `Of the paper's statements about accuracy under faults, ${sentences.join("; ")}.`;
  return exploratory
    ? `This run is exploratory: what follows describes it and tests no claim. ${text}`
    : text;
}

/** "holds here" of several claims is "hold here". */
function pluralOf(words: string): string {
  return words
    .replace(/^holds/, "hold")
    .replace(/^does/, "do")
    .replace(/^is/, "are")
    .replace(/^has/, "have")
    .replace(/^points/, "point")
    .replace("the difference has", "the differences have")
    .replace("the interval contains", "their intervals contain");
}

/** Which claims change with what: in their sign, or in whether the difference can be told from 0. */
function dependences(parts: readonly Part[]): string[] {
  const under = (test: (verdicts: ReadonlySet<Verdict>) => boolean) =>
    ASPECTS.flatMap((aspect) => {
      const ids = parts
        .filter(({ row, outcomes }) => {
          const own = outcomes.filter((each) => each.aspect === aspect);
          return test(new Set([row.verdict, ...own.map(({ verdict }) => verdict)]));
        })
        .map(({ row }) => row.claim);
      return ids.length === 0 ? [] : [`${aspect} (${list(ids)})`];
    });
  const turns = under((verdicts) => verdicts.has("supported") && verdicts.has("contradicted"));
  const fades = under(
    (verdicts) => verdicts.has("inconclusive") && verdicts.has("supported") !== verdicts.has("contradicted"),
  );
  return [
    ...(turns.length > 0 ? [`The sign of the difference depends on ${list(turns)}.`] : []),
    ...(fades.length > 0
      ? [`A difference can be told from 0 under some conditions only of ${list(fades)}.`]
      : []),
    ...(turns.length + fades.length > 0
      ? ["Results under single conditions are secondary, and not corrected for their number."]
      : []),
  ];
}

function paragraph(results: Results, { row, outcomes }: Part, high: ClaimRow | undefined): string {
  const { claim, verdict, reason, effect, drop, basis, paper } = row;
  const exploratory = results.exploratory;
  const head = `${claim} (${STATEMENTS[claim]}) ${FINDINGS[verdict][exploratory ? 1 : 0]}`;
  if (verdict === "withheld") return `${head}: ${reason}.`;
  const styles = armStyles(results);
  const [better, worse] = [styles(row.better), styles(row.worse)];
  const aspects = ASPECTS.flatMap((aspect) => {
    const own = outcomes.filter((each) => each.aspect === aspect);
    return own.length === 0 ? [] : [aspectSentence(aspect, own, exploratory)];
  });
  const seen =
    verdict === "inconclusive" && !Number.isNaN(row.minimumDetectable)
      ? [`A difference of ${fixed(row.minimumDetectable, 2)} pp would have been found with probability 0.8.`]
      : [];
  return [
    `${head}.`,
    `${differenceTitle(better, worse)} is ${effectPhrase(effect)}, the mean over three fault types and`,
    `${plural(results.rates.length, "rate")} in ${results.encoding} codes (95 % interval, ${basis}${basis === "maps only" ? ", silent about another training" : ""}).`,
    ...seen,
    `With each network's accuracy without faults as its own zero it is ${effectPhrase(drop)}.`,
    ...aspects,
    ...clips(results, row),
    ...(paper === null || Number.isNaN(row.largest)
      ? []
      : [
          `The paper's maxima are ${fixed(paper.v1, 2)} pp (v1) and ${fixed(paper.revised, 2)} pp (revised); our largest cell,`,
          `chosen on other data than it is read on, is ${fixed(row.largest, 2)} pp${besideHigh(row, high)}. Theirs may come from`,
          "networks or rates not tested here.",
        ]),
  ].join(" ");
}

const INTRODUCTIONS: Readonly<Record<Aspect, string>> = {
  "fault type": "By fault type",
  rate: "By rate",
  encoding: "By encoding",
  sparsity: "In place of AS",
  "range and bits": "With other ranges or bits",
};

/** A group of conditions of more than this many is summed up by the range of its effects. */
const LISTED = 2;

/**
 * `"By rate, supported in each case: 1.20 pp (1 %) to 3.40 pp (5 %)."`, or the conditions of each verdict. @param outcomes at
 * least one
 */
function aspectSentence(aspect: Aspect, outcomes: readonly Outcome[], exploratory: boolean): string {
  const groups = (["supported", "inconclusive", "contradicted", "withheld"] as const).flatMap((verdict) => {
    const own = outcomes.filter((each) => each.verdict === verdict);
    if (own.length === 0) return [];
    const words = WORDS[verdict][exploratory ? 1 : 0];
    if (own.length === outcomes.length && own.length > 1)
      return [`${words} in each case${verdict === "withheld" ? "" : `, ${rangeOf(own, true)}`}`];
    const at = aspect === "rate" ? "at" : "for";
    if (verdict === "withheld") return [`${words} ${at} ${list(own.map(({ label }) => label))}`];
    return own.length <= LISTED
      ? [`${words} ${at} ${list(own.map(({ label, effect }) => `${label} (${effectPhrase(effect)})`))}`]
      : [`${words} ${at} ${list(own.map(({ label }) => label))} (${rangeOf(own, false)})`];
  });
  return `${INTRODUCTIONS[aspect]}: ${groups.join("; ")}.`;
}

/** The smallest and the largest effect. */
function rangeOf(outcomes: readonly Outcome[], labelled: boolean): string {
  const sorted = [...outcomes].sort((a, b) => a.effect.mean - b.effect.mean);
  const end = ({ label, effect }: Outcome) => `${fixed(effect.mean, 2)} pp${labelled ? ` (${label})` : ""}`;
  return `${end(sorted[0]!)} to ${end(sorted.at(-1)!)}`;
}

/** C1's largest cell against AS-high. */
function besideHigh({ claim }: ClaimRow, high: ClaimRow | undefined): string {
  if (claim !== "C1" || high === undefined || Number.isNaN(high.largest)) return "";
  return ` (with AS-high in place of AS ${fixed(high.largest, 2)} pp)`;
}

/** The main confounder of a comparison. */
function clips(results: Results, { better, worse }: ClaimRow): string[] {
  const styles = armStyles(results);
  const [above, below] = [better, worse].map((arm) => networkMeans(results, arm).clip.mean);
  if (typeof above !== "number" || typeof below !== "number") return [];
  return [
    `clip/sd, to which the size of a fault is proportional, is ${fixed(above, 2)} for ${styles(better).title} and`,
    `${fixed(below, 2)} for ${styles(worse).title}.`,
  ];
}
