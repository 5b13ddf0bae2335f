import { claims, claimsOf, type Verdict } from "../../analysis/claims.js";
import { ALL_FAULTS } from "../../analysis/paired-differences.js";
import type { SharpnessRow } from "../../analysis/sharpness-rows.js";
import type { Results } from "../../experiments/results/rows.js";
import { isExploratory } from "../../experiments/results/rows.js";
import { fixed } from "../forms/table.js";
import { plural } from "../style/conditions.js";
import { FINDINGS, list } from "../style/phrases.js";
import { claimParagraphs, type Judged } from "./claim-paragraph.js";
import { controlsDiscussion } from "./controls-discussion.js";
import { type Damage, damageOf } from "./damage.js";
import { sharpnessDiscussion } from "./sharpness-discussion.js";

/**
 * Where results agree with the claims and where not, each number from the results: first what holds and of what damage the
 * effects are, then a paragraph for each claim, then what the controls and the sharpness say of causes.
 * @param sharpness of the networks, where it is measured
 */
export function discussion(results: Results, sharpness: readonly SharpnessRow[] = []): string[] {
  const judged = judgedClaims(results);
  const damage = damageOf(results);
  return [
    [...summary(results, judged), ...made(judged, damage)].join(" "),
    ...claimParagraphs(results, judged, damage),
    ...controlsDiscussion(results),
    sharpnessDiscussion(results, sharpness),
  ];
}

/** The claims of a study as they are judged over all fault types, each with its variants. */
function judgedClaims(results: Results): readonly Judged[] {
  const overall = claims(results, { resamples: 1 }).filter(({ fault }) => fault === ALL_FAULTS);
  return claimsOf(results).flatMap(({ id, better, worse, statement }) => {
    const isOwn = (row: (typeof overall)[number]) =>
      row.claim === id && row.better === better && row.worse === worse;
    const row = overall.find((each) => isOwn(each) && !each.isVariant);
    const variants = overall.filter((each) => each.claim === id && each.isVariant);
    return row ? [{ row, statement, variants }] : [];
  });
}

function summary({ study }: Results, judged: readonly Judged[]): string[] {
  const exploratory = isExploratory(study);
  const sentences = (Object.keys(FINDINGS) as Verdict[]).flatMap((verdict) => {
    const ids = judged.filter(({ row }) => row.verdict === verdict).map(({ row }) => row.claim);
    if (ids.length === 0) return [];
    const words = FINDINGS[verdict][exploratory ? 1 : 0];
    return [`${list(ids)} ${ids.length === 1 ? words : pluralOf(words)}`];
  });
  const ofWhom = judged.some(({ row }) => row.paper !== null) ? "the paper's statements" : "the claims";
  return [
    ...(exploratory ? ["This run is exploratory: what follows describes it and tests no claim."] : []),
    `Of ${ofWhom} about accuracy under faults, ${sentences.join("; ")}.`,
    ...(exploratory
      ? []
      : [
          "Each verdict is one on the mean over all fault types and rates, and on nothing else.",
          `Its interval rests on ${plural(study.seeds.length, "seed")} and is a 95 % one where differences between seeds are about normal (docs/protocol.md, section 5).`,
        ]),
  ];
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

/** What the effects are made of: the part of each that comes from slightly, moderately and badly damaged networks. */
function made(judged: readonly Judged[], damage: Damage | undefined): string[] {
  if (!damage || damage.titles.length < 2) return [];
  const sums = judged.flatMap(({ row }) => {
    const parts = damage.of(row).map(({ effect, cells }) => fixed((effect.mean * cells) / damage.cells, 2));
    return row.verdict === "withheld" || parts.length < damage.titles.length
      ? []
      : [`${row.claim} ${fixed(row.effect.mean, 2)} = ${parts.join(" + ").replaceAll("+ -", "- ")}`];
  });
  return sums.length === 0
    ? []
    : [
        `What each mean is made of, in pp, by what ${damage.reference} itself has lost (${list(damage.titles)}): ${sums.join("; ")}.`,
        "Whatever is said under single conditions is secondary, and not corrected for the number of them.",
      ];
}
