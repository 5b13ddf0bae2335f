import { ASPECTS, type Aspect, type Outcome, outcomes } from "../../analysis/claim-outcomes.js";
import { CLAIMS, type ClaimRow, claims, type Verdict } from "../../analysis/claims.js";
import { networkMeans } from "../../analysis/network-means.js";
import type { SharpnessRow } from "../../analysis/sharpness-rows.js";
import type { Results } from "../../experiments/results/rows.js";
import { fixed } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { plural } from "../style/conditions.js";
import { effectPhrase, FINDINGS, list, WORDS } from "../style/phrases.js";
import { differenceTitle } from "../tables/claims-table.js";
import { aspectSentence } from "./aspect-sentence.js";
import { controlsDiscussion, controlsFinding } from "./controls-discussion.js";
import { sharpnessDiscussion, sharpnessFinding } from "./sharpness-discussion.js";

/** What each claim says, in our words. */
const STATEMENTS: Readonly<Record<ClaimRow["claim"], string>> = {
  C1: "under faults, activation-sparse networks are less accurate than standard ones",
  C3a: "SAQ makes activation-sparse networks more accurate under faults than conventional training",
  C3b: "SAQ makes standard networks more accurate under faults than conventional training",
  C4: "an activation-sparse network trained with SAQ is more accurate under faults than a standard one trained conventionally",
};

/** A claim with its overall result and its result under each condition. */
interface Part {
  readonly row: ClaimRow;
  readonly outcomes: readonly Outcome[];
  /** The claim with AS-high in place of AS, where it is judged too. */
  readonly high?: Part;
}

/**
 * Where results agree with the paper's statements and where not, in plain sentences, each number from the results: first what
 * holds and what that depends on, then a paragraph for each claim, then what the controls and the sharpness say of causes.
 * @param sharpness of the networks, where it is measured
 */
export function discussion(results: Results, sharpness: readonly SharpnessRow[] = []): string[] {
  const parts = partsOf(results);
  return [
    [summary(results, parts), ...dependences(parts)].join(" "),
    ...parts.map((part) => paragraph(results, part)),
    ...controlsDiscussion(results),
    sharpnessDiscussion(results, sharpness),
  ];
}

/**
 * The same in short, for the top of a page: of each claim its verdict, its effect and where the sign is the other one; which
 * controls do more than SAQ; and what sharpness says.
 */
export function findings(results: Results, sharpness: readonly SharpnessRow[] = []): string[] {
  return [
    ...partsOf(results).map((part) =>
      [...verdictOn(results, part.row), ...turn(results, part), ...effectOnHigh(results, part)].join(" "),
    ),
    ...controlsFinding(results),
    sharpnessFinding(results, sharpness),
  ];
}

/** The claims as the paper states them, each with its outcomes. */
function partsOf(results: Results): readonly Part[] {
  const overall = claims(results, { resamples: 1 }).filter(({ fault }) => fault === "all");
  const outcomesOf = outcomes(results);
  const all = CLAIMS.flatMap((claim): Part[] => {
    const row = overall.find(({ claim: id, worse }) => id === claim.id && worse === claim.worse);
    return row ? [{ row, outcomes: row.verdict === "withheld" ? [] : outcomesOf(claim) }] : [];
  });
  return all
    .filter(({ row }) => row.worse !== "as-high")
    .map((part) => {
      const high = all.find(({ row }) => row.worse === "as-high" && row.claim === part.row.claim);
      return high ? { ...part, high } : part;
    });
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
    ...(fades.length > 0 ? [`Whether the difference can be told from 0 depends on ${list(fades)}.`] : []),
    ...(turns.length + fades.length > 0
      ? ["Results under single conditions are secondary, and not corrected for their number."]
      : []),
  ];
}

/** Whether a claim holds, and the effect by which that is judged; or why there is no verdict. */
function verdictOn(results: Results, row: ClaimRow): string[] {
  const { claim, verdict, reason, effect, basis } = row;
  const head = `${claim} (${STATEMENTS[claim]}) ${FINDINGS[verdict][results.exploratory ? 1 : 0]}`;
  if (verdict === "withheld") return [`${head}: ${reason}.`];
  return [
    `${head}.`,
    `${comparisonOf(results, row)} is ${effectPhrase(effect)}, the mean over three fault types and`,
    `${plural(results.rates.length, "rate")} in ${results.encoding} codes (95 % interval, ${basis}${basis === "maps only" ? ", silent about another training" : ""}).`,
  ];
}

/** The conditions under which a claim that holds is contradicted, or the other way round. */
function turn({ exploratory }: Results, { row, outcomes }: Part): string[] {
  if (row.verdict !== "supported" && row.verdict !== "contradicted") return [];
  const opposite = row.verdict === "supported" ? "contradicted" : "supported";
  const turned = outcomes
    .filter(({ verdict }) => verdict === opposite)
    .map(({ aspect, label }) => `${aspect === "rate" ? "at" : "for"} ${label}`);
  return turned.length === 0 ? [] : [`But ${WORDS[opposite][exploratory ? 1 : 0]} ${list(turned)}.`];
}

function paragraph(results: Results, { row, outcomes, high }: Part): string {
  const { verdict, drop, paper } = row;
  if (verdict === "withheld") return verdictOn(results, row).join(" ");
  const seen =
    verdict === "inconclusive" && !Number.isNaN(row.minimumDetectable)
      ? [
          `A difference of ${fixed(row.minimumDetectable, 2)} pp would have been found with a probability of about 0.8.`,
        ]
      : [];
  return [
    ...verdictOn(results, row),
    ...seen,
    `With each network's accuracy without faults as its own zero it is ${effectPhrase(drop)}.`,
    ...aspectSentences(results, outcomes, ASPECTS),
    ...againstHigh(results, high),
    ...clips(results, row),
    ...(paper === null || Number.isNaN(row.largest)
      ? []
      : [
          `The paper's maxima are ${fixed(paper.v1, 2)} pp (v1) and ${fixed(paper.revised, 2)} pp (revised); our largest cell,`,
          `chosen on other data than it is read on, is ${fixed(row.largest, 2)} pp${besideHigh(high)}. Theirs may come from`,
          "networks or rates not tested here.",
        ]),
  ].join(" ");
}

/** A sentence for each aspect of which there are outcomes. */
function aspectSentences(
  results: Results,
  outcomes: readonly Outcome[],
  aspects: readonly Aspect[],
): string[] {
  return aspects.flatMap((aspect) => {
    const own = outcomes.filter((each) => each.aspect === aspect);
    return own.length === 0 ? [] : [aspectSentence(results, aspect, own)];
  });
}

/** What the claim with AS-high in place of AS depends on. */
function againstHigh(results: Results, high: Part | undefined): string[] {
  if (!high) return [];
  const title = comparisonOf(results, high.row);
  return aspectSentences(results, high.outcomes, ["fault type", "rate", "encoding"]).map(
    (sentence) => `${title} ${sentence[0]!.toLowerCase()}${sentence.slice(1)}`,
  );
}

/** The same in short: the effect, and where the sign is the other one. */
function effectOnHigh(results: Results, { high }: Part): string[] {
  if (!high || high.row.verdict === "withheld") return [];
  return [`${comparisonOf(results, high.row)} is ${effectPhrase(high.row.effect)}.`, ...turn(results, high)];
}

function comparisonOf(results: Results, { better, worse }: ClaimRow): string {
  return differenceTitle(armStyles(results), better, worse);
}

/** The largest cell with AS-high in place of AS. */
function besideHigh(high: Part | undefined): string {
  if (!high || Number.isNaN(high.row.largest)) return "";
  return ` (with AS-high in place of AS ${fixed(high.row.largest, 2)} pp)`;
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
