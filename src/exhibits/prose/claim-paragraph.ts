import { ASPECTS, type Aspect, type Outcome, outcomes } from "../../analysis/claim-outcomes.js";
import type { ClaimRow } from "../../analysis/claims.js";
import { encodingViews } from "../../analysis/encoding-views.js";
import { networkMeans } from "../../analysis/network-means.js";
import type { Results } from "../../experiments/results/rows.js";
import { isExploratory } from "../../experiments/results/rows.js";
import type { ArmPair } from "../../experiments/study/judgement.js";
import { fixed } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { inWords, plural } from "../style/conditions.js";
import { effectPhrase, FINDINGS, list } from "../style/phrases.js";
import { differenceTitle } from "../tables/claims-table.js";
import type { Damage } from "./damage.js";

/** A claim that is judged: its overall row, its words, and the same with another arm in the place of one of its own. */
export interface Judged {
  readonly row: ClaimRow;
  readonly statement: string;
  readonly variants: readonly ClaimRow[];
}

const INTRODUCTIONS: Readonly<Record<Aspect, string>> = {
  "fault type": "By fault type",
  encoding: "In each encoding",
  sparsity: "With other sparsities",
  "range and bits": "With other ranges or bits",
};

/**
 * Writes a paragraph for each claim, by one template: verdict and effect, as drop, by damage, under each condition, the
 * clips, and the paper's numbers. Each number stands with its interval; no condition is left out.
 */
export function claimParagraphs(
  results: Results,
  all: readonly Judged[],
  damage: Damage | undefined,
): string[] {
  const outcomesOf = outcomes(results);
  return all.map(({ row, statement, variants }) => {
    const head = `${row.claim} (${statement}) ${FINDINGS[row.verdict][isExploratory(results.study) ? 1 : 0]}`;
    if (row.verdict === "withheld") return `${head}: ${row.reason}.`;
    const found = outcomesOf(row);
    return [
      `${head}.`,
      ...effectSentences(results, row),
      ...damageSentence(damage, row),
      ...ASPECTS.flatMap((aspect) => aspectSentence(results, aspect, found)),
      ...variants.flatMap((variant) => variantSentences(results, variant, damage)),
      ...clips(results, row),
      ...paperSentence(results, row, variants),
    ].join(" ");
  });
}

function comparisonOf(results: Results, { better, worse }: ArmPair): string {
  return differenceTitle(armStyles(results), better, worse);
}

/** The effect by which the claim is judged, what would have been found where nothing was, and the effect as drop. */
function effectSentences(results: Results, row: ClaimRow): string[] {
  const { effect, basis, verdict, minimumDetectable, drop } = row;
  const { study, judgement } = results;
  const { rates, encoding } = study.campaign;
  const silent = basis === "maps only" ? ", silent about another training" : "";
  return [
    `${comparisonOf(results, row)} is ${effectPhrase(effect)}, the mean over ${inWords(judgement.faults.length)} fault types and ` +
      `${plural(rates.length, "rate")} in ${encoding} codes (95 % interval, ${basis}${silent}).`,
    ...(verdict === "inconclusive" && !Number.isNaN(minimumDetectable)
      ? [
          `A difference of ${fixed(minimumDetectable, 2)} pp would have been found with a probability of about 0.8.`,
        ]
      : []),
    `With each network's accuracy without faults as its own zero it is ${effectPhrase(drop)}.`,
  ];
}

/** Says what a difference is under each damage; nothing where the study has no reference. */
function damageSentence(damage: Damage | undefined, pair: ArmPair): string[] {
  const parts = damage
    ?.of(pair)
    .map(
      ({ title, cells, effect, drop }) =>
        `${title} (${cells} of ${damage.cells} conditions) ${effectPhrase(effect)}, as drop ${effectPhrase(drop)}`,
    );
  return damage && parts && parts.length > 0
    ? [`By what ${damage.reference} itself has lost: ${parts.join("; ")}.`]
    : [];
}

/** `"By fault type: bit flip 1.20 pp [0.90, 1.50]; ..."`, with the number of seeds where it is not the study's. */
function aspectSentence(results: Results, aspect: Aspect, all: readonly Outcome[]): string[] {
  const own = all.filter((each) => each.aspect === aspect);
  if (own.length === 0) return [];
  const parts = own.map(({ label, verdict, effect, seeds }) => {
    const few = seeds === results.study.seeds.length ? "" : ` (${plural(seeds, "seed")})`;
    return verdict === "withheld" ? `${label} has no verdict` : `${label}${few} ${effectPhrase(effect)}`;
  });
  const fewer = aspect === "encoding" ? fewerConditions(results) : "";
  return [`${INTRODUCTIONS[aspect]}${fewer}: ${parts.join("; ")}.`];
}

/** Encodings are compared on fewer rates and maps than the claim is judged by, so the effect is another one in all of them. */
function fewerConditions(results: Results): string {
  const [view] = encodingViews(results);
  if (!view) return "";
  const { rates, maps } = view.study.campaign;
  return ` (${plural(rates.length, "rate")}, ${plural(maps, "map")})`;
}

function variantSentences(results: Results, variant: ClaimRow, damage: Damage | undefined): string[] {
  const title = comparisonOf(results, variant);
  if (variant.verdict === "withheld") return [`${title} has no verdict: ${variant.reason}.`];
  return [
    `${title} is ${effectPhrase(variant.effect)}, as drop ${effectPhrase(variant.drop)}.`,
    ...damageSentence(damage, variant),
  ];
}

/** The main confounder of a comparison: over all layers, and where the layers of the two arms differ most. */
function clips(results: Results, { better, worse }: ArmPair): string[] {
  const styles = armStyles(results);
  const [above, below] = [better, worse].map((arm) => networkMeans(results, arm));
  const [a, b] = [above!.clip.mean, below!.clip.mean];
  if (typeof a !== "number" || typeof b !== "number") return [];
  const ratios = Object.entries(above!.clipByLayer).map(([layer, first]) => {
    return { layer, first, second: below!.clipByLayer[layer] ?? Number.NaN };
  });
  const apart = ratios.reduce((far, each) =>
    Math.abs(Math.log(each.first / each.second)) > Math.abs(Math.log(far.first / far.second)) ? each : far,
  );
  return [
    `clip/sd, to which the size of a fault is proportional, is ${fixed(a, 2)} for ${styles(better).title} and ${fixed(b, 2)} for ` +
      `${styles(worse).title} over all layers; furthest apart in ${apart.layer}, ${fixed(apart.first, 2)} and ${fixed(apart.second, 2)}.`,
  ];
}

function paperSentence(results: Results, row: ClaimRow, variants: readonly ClaimRow[]): string[] {
  const { paper, largest } = row;
  if (paper === null || Number.isNaN(largest)) return [];
  const others = variants
    .filter((variant) => !Number.isNaN(variant.largest))
    .map((variant) => `${comparisonOf(results, variant)} ${fixed(variant.largest, 2)} pp`);
  return [
    `The paper's maxima are ${fixed(paper.v1, 2)} pp (v1) and ${fixed(paper.revised, 2)} pp (revised); our largest cell,`,
    `chosen on other data than it is read on, is ${fixed(largest, 2)} pp${others.length === 0 ? "" : ` (${list(others)})`}.`,
    "Theirs may come from networks or rates not tested here.",
  ];
}
