import { ASPECTS, type Aspect, type Outcome, outcomes } from "../../analysis/claim-outcomes.js";
import { type ClaimRow, claims, claimsOf, type Verdict } from "../../analysis/claims.js";
import { networkMeans } from "../../analysis/network-means.js";
import { ALL_FAULTS } from "../../analysis/paired-differences.js";
import type { SharpnessRow } from "../../analysis/sharpness-rows.js";
import type { Results } from "../../experiments/results/rows.js";
import { isExploratory } from "../../experiments/results/rows.js";
import { fixed } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { inWords, plural } from "../style/conditions.js";
import { effectPhrase, FINDINGS, list } from "../style/phrases.js";
import { differenceTitle } from "../tables/claims-table.js";
import { aspectSentence } from "./aspect-sentence.js";
import { controlsDiscussion } from "./controls-discussion.js";
import { sharpnessDiscussion } from "./sharpness-discussion.js";

/** A claim with its overall result and its result under each condition. */
interface Part {
  readonly row: ClaimRow;
  readonly outcomes: readonly Outcome[];
  /** What the claim says, in words. */
  readonly statement: string;
  /** The claim with another arm in the place of one of its own, where it is judged too. */
  readonly variants: readonly Part[];
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

/** The claims of a study, each with its outcomes and its variants. */
function partsOf(results: Results): readonly Part[] {
  const overall = claims(results, { resamples: 1 }).filter(({ fault }) => fault === ALL_FAULTS);
  const outcomesOf = outcomes(results);
  const all = claimsOf(results).map((claim): Part => {
    const row = overall.find(({ claim: id, better, worse }) => {
      return id === claim.id && better === claim.better && worse === claim.worse;
    })!;
    const { statement } = claim;
    return { row, statement, variants: [], outcomes: row.verdict === "withheld" ? [] : outcomesOf(claim) };
  });
  return all
    .filter(({ row }) => !row.isVariant)
    .map((part) => ({
      ...part,
      variants: all.filter(({ row }) => row.isVariant && row.claim === part.row.claim),
    }));
}

function summary({ study }: Results, parts: readonly Part[]): string {
  const exploratory = isExploratory(study);
  const having = (verdict: Verdict) =>
    parts.filter(({ row }) => row.verdict === verdict).map(({ row }) => row.claim);
  const sentences = (Object.keys(FINDINGS) as Verdict[]).flatMap((verdict) => {
    const ids = having(verdict);
    if (ids.length === 0) return [];
    const words = FINDINGS[verdict][exploratory ? 1 : 0];
    return [`${list(ids)} ${ids.length === 1 ? words : pluralOf(words)}`];
  });
  const ofWhom = parts.some(({ row }) => row.paper !== null) ? "the paper's statements" : "the claims";
  const text = `Of ${ofWhom} about accuracy under faults, ${sentences.join("; ")}.`;
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
function verdictOn(results: Results, { row, statement }: Part): string[] {
  const { claim, verdict, reason, effect, basis } = row;
  const head = `${claim} (${statement}) ${FINDINGS[verdict][isExploratory(results.study) ? 1 : 0]}`;
  if (verdict === "withheld") return [`${head}: ${reason}.`];
  const { rates, encoding } = results.study.campaign;
  return [
    `${head}.`,
    `${comparisonOf(results, row)} is ${effectPhrase(effect)}, the mean over ${inWords(results.judgement.faults.length)} fault types and`,
    `${plural(rates.length, "rate")} in ${encoding} codes (95 % interval, ${basis}${basis === "maps only" ? ", silent about another training" : ""}).`,
  ];
}

function paragraph(results: Results, part: Part): string {
  const { row, outcomes, variants } = part;
  const { verdict, drop, paper } = row;
  if (verdict === "withheld") return verdictOn(results, part).join(" ");
  const seen =
    verdict === "inconclusive" && !Number.isNaN(row.minimumDetectable)
      ? [
          `A difference of ${fixed(row.minimumDetectable, 2)} pp would have been found with a probability of about 0.8.`,
        ]
      : [];
  return [
    ...verdictOn(results, part),
    ...seen,
    `With each network's accuracy without faults as its own zero it is ${effectPhrase(drop)}.`,
    ...aspectSentences(results, outcomes, ASPECTS),
    ...variants.flatMap((variant) => againstVariant(results, variant)),
    ...clips(results, row),
    ...(paper === null || Number.isNaN(row.largest)
      ? []
      : [
          `The paper's maxima are ${fixed(paper.v1, 2)} pp (v1) and ${fixed(paper.revised, 2)} pp (revised); our largest cell,`,
          `chosen on other data than it is read on, is ${fixed(row.largest, 2)} pp${besideVariants(results, part)}. Theirs may come from`,
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

/** What a variant of a claim depends on. */
function againstVariant(results: Results, variant: Part): string[] {
  const title = comparisonOf(results, variant.row);
  return aspectSentences(results, variant.outcomes, ["fault type", "rate", "encoding"]).map(
    (sentence) => `${title} ${sentence[0]!.toLowerCase()}${sentence.slice(1)}`,
  );
}

function comparisonOf(results: Results, { better, worse }: ClaimRow): string {
  return differenceTitle(armStyles(results), better, worse);
}

/** The largest cells of a claim's variants. */
function besideVariants(results: Results, { row, variants }: Part): string {
  const styles = armStyles(results);
  const cells = variants
    .filter((variant) => !Number.isNaN(variant.row.largest))
    .map((variant) => {
      const [other, own] =
        variant.row.better === row.better ? [variant.row.worse, row.worse] : [variant.row.better, row.better];
      return `with ${styles(other).title} in place of ${styles(own).title} ${fixed(variant.row.largest, 2)} pp`;
    });
  return cells.length === 0 ? "" : ` (${list(cells)})`;
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
