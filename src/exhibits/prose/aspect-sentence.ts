import { replacedBySparsity } from "../../analysis/ablations.js";
import type { Aspect, Outcome } from "../../analysis/claim-outcomes.js";
import { encodingViews } from "../../analysis/encoding-views.js";
import type { Results } from "../../experiments/results/rows.js";
import { isExploratory } from "../../experiments/results/rows.js";
import { fixed } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { plural } from "../style/conditions.js";
import { effectPhrase, list, WORDS } from "../style/phrases.js";

const INTRODUCTIONS: Readonly<Record<Aspect, (results: Results) => string>> = {
  "fault type": () => "By fault type",
  rate: () => "By rate",
  encoding: () => "By encoding",
  sparsity: (results) => {
    const base = replacedBySparsity(results);
    return base === undefined ? "With another sparsity" : `In place of ${armStyles(results)(base).title}`;
  },
  "range and bits": () => "With other ranges or bits",
};

/** A group of conditions of more than this many is summed up by the range of its effects. */
const LISTED = 2;

/**
 * `"By rate: supported in each case, 1.20 pp (1 %) to 3.40 pp (5 %)."`, or the conditions of each verdict. @param all at
 * least one
 */
export function aspectSentence(results: Results, aspect: Aspect, all: readonly Outcome[]): string {
  // the number of seeds, where it is not the study's: once for all conditions, or beside each
  const few = ({ seeds }: Outcome) => (seeds === results.study.seeds.length ? "" : plural(seeds, "seed"));
  const shared = all.every((each) => few(each) === few(all[0]!)) ? few(all[0]!) : "";
  const outcomes = all.map((each) =>
    few(each) === shared ? each : { ...each, label: `${each.label} with ${few(each)}` },
  );
  const groups = (["supported", "inconclusive", "contradicted", "withheld"] as const).flatMap((verdict) => {
    const own = outcomes.filter((each) => each.verdict === verdict);
    if (own.length === 0) return [];
    const words = WORDS[verdict][isExploratory(results.study) ? 1 : 0];
    if (own.length === outcomes.length && own.length > 1)
      return [`${words} in each case${verdict === "withheld" ? "" : `, ${rangeOf(own, true)}`}`];
    const at = aspect === "rate" ? "at" : "for";
    if (verdict === "withheld") return [`${words} ${at} ${list(own.map(({ label }) => label))}`];
    return own.length <= LISTED
      ? [`${words} ${at} ${list(own.map(({ label, effect }) => `${label} (${effectPhrase(effect)})`))}`]
      : [`${words} ${at} ${list(own.map(({ label }) => label))} (${rangeOf(own, false)})`];
  });
  const conditions = aspect === "encoding" ? encodingConditions(results) : shared;
  return `${INTRODUCTIONS[aspect](results)}${conditions === "" ? "" : ` (${conditions})`}: ${groups.join("; ")}.`;
}

/** Encodings are compared on fewer rates and maps than the claim is judged by, so the effect is another one in all of them. */
function encodingConditions(results: Results): string {
  const [view] = encodingViews(results);
  if (!view) return "";
  const { rates, maps } = view.study.campaign;
  return `${plural(rates.length, "rate")}, ${plural(maps, "map")}`;
}

/** The smallest and the largest effect. */
function rangeOf(outcomes: readonly Outcome[], labelled: boolean): string {
  const sorted = [...outcomes].sort((a, b) => a.effect.mean - b.effect.mean);
  const end = ({ label, effect }: Outcome) => `${fixed(effect.mean, 2)} pp${labelled ? ` (${label})` : ""}`;
  return `${end(sorted[0]!)} to ${end(sorted.at(-1)!)}`;
}
