import { type ClaimRow, claims } from "../../analysis/claims.js";
import { ALL_FAULTS } from "../../analysis/paired-differences.js";
import { type JudgedSharpness, judgedSharpness } from "../../analysis/sharpness-claim.js";
import type { SharpnessRow } from "../../analysis/sharpness-rows.js";
import type { Results } from "../../experiments/results/rows.js";
import { isExploratory } from "../../experiments/results/rows.js";
import { measureTitle } from "../../experiments/sharpness/measure-titles.js";
import type { ArmStyle } from "../../experiments/study/presentation.js";
import { type Cell, type Column, fixed, type Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { known } from "../style/cells.js";
import { allTitle, conditions, plural } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";

/**
 * The claims with effect, interval, verdict and the paper's numbers beside ours (docs/protocol.md section 5).
 * @param sharpness of the networks: claim C2 has its rows where it is measured
 */
export function claimsTable(results: Results, sharpness: readonly SharpnessRow[] = []): Table {
  const styles = armStyles(results);
  const judged = sharpness.length === 0 ? [] : judgedSharpness(results, sharpness);
  return {
    title: isExploratory(results.study) ? "Claims (exploratory run)" : "Claims",
    caption: captionOf(results, judged.length > 0),
    columns: [
      { key: "claim", title: "claim", align: "left" },
      { key: "comparison", title: "difference in accuracy", align: "left" },
      { key: "fault", title: "fault", align: "left" },
      {
        key: "effect_pp",
        title: "effect",
        unit: "pp",
        align: "right",
        interval: { low: "low_pp", high: "high_pp" },
      },
      { key: "verdict", title: "verdict", align: "left" },
      { key: "largest_pp", title: "largest cell", unit: "pp", align: "right", spare: 1 },
      ...(hasPaper(results) ? PAPER : []),
      {
        key: "drop_pp",
        title: "difference in drop",
        unit: "pp",
        align: "right",
        interval: { low: "drop_low_pp", high: "drop_high_pp" },
        detail: true,
      },
      { key: "detectable_pp", title: "detectable", unit: "pp", align: "right", spare: 4 },
      { key: "basis", title: "basis", align: "left", detail: true },
      { key: "standard_error_pp", title: "standard error", unit: "pp", align: "right", csvOnly: true },
      { key: "df", title: "df", align: "right", csvOnly: true },
      { key: "seed_sd_pp", title: "sd of seeds", unit: "pp", align: "right", csvOnly: true },
      { key: "map_sd_pp", title: "sd of maps", unit: "pp", align: "right", csvOnly: true },
      { key: "bootstrap_low_pp", title: "bootstrap low", unit: "pp", align: "right", detail: true },
      { key: "bootstrap_high_pp", title: "bootstrap high", unit: "pp", align: "right", detail: true },
    ],
    rows: [
      ...claims(results).map((row) => rowOf(row, styles, allTitle(results))),
      ...judged.map((row) => sharpnessRowOf(results, row, styles)),
    ],
  };
}

/** The numbers of a paper whose claims these are. */
const PAPER: readonly Column[] = [
  { key: "paper_v1_pp", title: "paper v1", unit: "pp", align: "right", spare: 2 },
  { key: "paper_revised_pp", title: "paper revised", unit: "pp", align: "right", spare: 3 },
];

function hasPaper({ judgement }: Pick<Results, "judgement">): boolean {
  return judgement.claims.some(({ paper }) => paper !== null);
}

/** The verdict as printed: "exploratory: supported", or "withheld: why". */
export function verdictText({
  verdict,
  exploratory,
  reason,
}: Pick<ClaimRow, "verdict" | "exploratory" | "reason">): string {
  if (verdict === "withheld") return `withheld: ${reason}`;
  return exploratory ? `exploratory: ${verdict}` : verdict;
}

function rowOf(row: ClaimRow, styles: (arm: string) => ArmStyle, all: string): Record<string, Cell> {
  return {
    claim: row.claim,
    comparison: differenceTitle(styles, row.better, row.worse),
    fault: row.fault === ALL_FAULTS ? all : faultStyle(row.fault).title,
    effect_pp: known(row.effect.mean),
    low_pp: known(row.effect.low),
    high_pp: known(row.effect.high),
    verdict: verdictText(row),
    largest_pp: known(row.largest),
    paper_v1_pp: row.paper?.v1 ?? null,
    paper_revised_pp: row.paper?.revised ?? null,
    drop_pp: known(row.drop.mean),
    drop_low_pp: known(row.drop.low),
    drop_high_pp: known(row.drop.high),
    detectable_pp: known(row.minimumDetectable),
    basis: row.basis,
    standard_error_pp: known(row.standardError),
    df: known(row.df),
    seed_sd_pp: known(row.seedSd),
    map_sd_pp: known(row.mapSd),
    bootstrap_low_pp: known(row.bootstrap.low),
    bootstrap_high_pp: known(row.bootstrap.high),
  };
}

/** Sharpness has no effect in percentage points: its difference stands, in nats, with what is compared. */
function sharpnessRowOf(
  results: Results,
  claim: JudgedSharpness,
  styles: (arm: string) => ArmStyle,
): Record<string, Cell> {
  return {
    ...Object.fromEntries(NO_EFFECT.map((key) => [key, null])),
    ...sharpnessCells(results, claim, styles),
    fault: "-",
    basis: claim.effect === undefined || claim.effect.seeds === 1 ? "none" : "seeds only",
  };
}

/** What a row about sharpness says: claim, what is compared with the difference in nats, and the verdict. */
export function sharpnessCells(
  { judgement }: Results,
  claim: JudgedSharpness,
  styles: (arm: string) => ArmStyle,
): { readonly claim: string; readonly comparison: string; readonly verdict: string } {
  const { first, second, effect } = claim;
  const bounds = effect && !Number.isNaN(effect.low) ? ` [${nats(effect.low)}, ${nats(effect.high)}]` : "";
  const found = effect ? `: ${nats(effect.mean)}${bounds} nats` : "";
  return {
    claim: judgement.sharpness!.id,
    comparison: `sharpness, ${differenceTitle(styles, first, second)}${found}`,
    verdict: verdictText(claim),
  };
}

const NO_EFFECT = [
  ...["effect_pp", "low_pp", "high_pp", "largest_pp", "paper_v1_pp", "paper_revised_pp", "drop_pp"],
  ...["drop_low_pp", "drop_high_pp", "detectable_pp", "standard_error_pp", "df", "seed_sd_pp", "map_sd_pp"],
  ...["bootstrap_low_pp", "bootstrap_high_pp"],
];

function nats(value: number): string {
  return fixed(value, 4);
}

/** A difference of two arms in words, such as `"(a + SAQ) - a"`. */
export function differenceTitle(styles: (arm: string) => ArmStyle, better: string, worse: string): string {
  return `${operand(styles(better))} - ${operand(styles(worse))}`;
}

/** "a", but "(a + SAQ)": a plus sign beside the minus would be misread. */
function operand({ title }: ArmStyle): string {
  return title.includes(" ") ? `(${title})` : title;
}

function captionOf(results: Results, isSharpnessJudged: boolean): string {
  const { study, judgement } = results;
  const { seeds, campaign } = study;
  const sentences = [`${conditions(results)}.`];
  if (isExploratory(study)) {
    sentences.push("Exploratory run: no verdict in this table is a test of a claim.");
    if (seeds.length === 1) {
      sentences.push(
        `With one seed the intervals cover the ${plural(campaign.maps, "fault map")} only and are silent about another training, so the verdicts count for nothing.`,
      );
    }
  }
  sentences.push(
    "Effect: mean paired difference in accuracy over all rates above 0; positive supports the claim.",
    ...(isSharpnessJudged && judgement.sharpness
      ? [
          `${judgement.sharpness.id}: difference in ${measureTitle(judgement.sharpness.measure)}, by seed; positive supports the claim.`,
        ]
      : []),
    "Supported: the whole 95 % interval is above 0; contradicted: below 0.",
    "Largest cell: fault type and rate chosen on other data than it is read on.",
    ...(hasPaper(results)
      ? [
          'The paper\'s numbers are maxima ("up to"), read as percentage points, and may come from networks or rates not tested here.',
        ]
      : []),
    "Detectable: the effect that would have been found with a probability of about 0.8.",
    "In the .csv and .md files also: the difference in drop, which is the effect with each network's accuracy without faults as its own zero.",
  );
  return sentences.join(" ");
}
