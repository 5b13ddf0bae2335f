import { type Association, associations } from "../../analysis/associations.js";
import type { Interval } from "../../analysis/claims.js";
import { judgedSharpness, pairedDifference } from "../../analysis/sharpness-claim.js";
import { measureIds, type SharpnessRow } from "../../analysis/sharpness-rows.js";
import type { Results } from "../../experiments/results/rows.js";
import { isExploratory } from "../../experiments/results/rows.js";
import { isShown, measureTitle } from "../../experiments/sharpness/measure-titles.js";
import type { SharpnessClaim, SharpnessPair } from "../../experiments/study/judgement.js";
import { fixed } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { plural } from "../style/conditions.js";
import { correlationPhrase, FINDINGS, list } from "../style/phrases.js";
import { differenceTitle } from "../tables/claims-table.js";

/**
 * What measures of sharpness say of the claim about them: whether sparse networks are sharper, whether SAQ flattens, and how well sharpness
 * and the clip range go with the loss of accuracy under faults.
 * @param rows none: sharpness is not measured
 */
export function sharpnessDiscussion(results: Results, rows: readonly SharpnessRow[]): string {
  const { sharpness } = results.judgement;
  if (!sharpness) return "";
  if (rows.length === 0) return notMeasured(sharpness);
  const trained = sharpness.flatter.flatMap((pair) => {
    const effect = pairedDifference(rows, pair, sharpness.measure);
    return effect ? [`${comparisonOf(results, pair)} ${natsPhrase(effect)}`] : [];
  });
  return [
    judged(results, sharpness, rows),
    ...(trained.length > 0
      ? [`SAQ beside conventional training, in the same measure: ${list(trained)}.`]
      : []),
    ...otherMeasures(results, sharpness, rows),
    ...associationSentences(results, sharpness, rows),
  ].join(" ");
}

function notMeasured({ id, statement }: SharpnessClaim): string {
  return `${id} (${statement}) is about the loss and not about these accuracies: it is not measured here.`;
}

function judged(
  results: Results,
  { id, statement, measure }: SharpnessClaim,
  rows: readonly SharpnessRow[],
): string {
  const verdicts = judgedSharpness(results, rows).map((pair) => {
    const { effect, verdict, reason } = pair;
    const finding = FINDINGS[verdict][isExploratory(results.study) ? 1 : 0];
    return verdict === "withheld" || !effect
      ? `for ${comparisonOf(results, pair)} it has no verdict: ${reason}`
      : `for ${comparisonOf(results, pair)} it ${finding}, ${natsPhrase(effect)}`;
  });
  return `${id} (${statement}), in ${measureTitle(measure)}: ${verdicts.join("; ")}.`;
}

function comparisonOf(results: Results, { first, second }: SharpnessPair): string {
  return differenceTitle(armStyles(results), first, second);
}

/** Whether the measures by which the claim is not judged say the same of the sparse arms. */
function otherMeasures(
  results: Results,
  { measure: primary }: SharpnessClaim,
  rows: readonly SharpnessRow[],
): string[] {
  const styles = armStyles(results);
  const ids = measureIds(rows).filter((id) => isShown(id) && id !== primary);
  const found = judgedSharpness(results, rows).flatMap((pair) => {
    const differences = ids.flatMap((id) => {
      const difference = pairedDifference(rows, pair, id);
      return difference && !Number.isNaN(difference.low) ? [{ id, ...difference }] : [];
    });
    if (differences.length === 0) return [];
    const sharper = differences.filter(({ low }) => low > 0).map(({ id }) => measureTitle(id));
    const flatter = differences.filter(({ high }) => high < 0).length;
    const rest = differences.length - sharper.length - flatter;
    const names = sharper.length > 0 ? ` (${sharper.join("; ")})` : "";
    return [
      `${styles(pair.first).title} is sharper than ${styles(pair.second).title} in ${sharper.length || "none"}${names}, flatter in ${flatter} and not distinguishable in ${rest}`,
    ];
  });
  return found.length > 0
    ? [`Of the other measures, which are secondary and not corrected for their number: ${found.join("; ")}.`]
    : [];
}

/** Up to so many clusters a bootstrap's intervals are too narrow (docs/protocol.md, section 5). */
const FEW = 10;

/** How the primary measure goes with the drop, how clip/sd does, and which measure goes with it best. */
function associationSentences(
  results: Results,
  { id, measure }: SharpnessClaim,
  rows: readonly SharpnessRow[],
): string[] {
  const found = associations(results, rows);
  const of = (predictor: string) => found.find((each) => each.id === predictor);
  const [primary, clip, curvature] = [of(measure), of("clip-ratio"), of("eigenvalue:1")];
  if (!primary || !clip || Number.isNaN(primary.correlation.mean)) return [];
  const partial = Number.isNaN(primary.partial.mean)
    ? []
    : [`; given clip/sd and accuracy without faults it is ${correlationPhrase(primary.partial)}`];
  const rivals = found.filter(
    (each) => !each.id.startsWith("faults:") && each.id !== "clip-ratio" && each.id !== "accuracy",
  );
  const best = rivals.reduce((a, b) => (Math.abs(b.correlation.mean) > Math.abs(a.correlation.mean) ? b : a));
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  return [
    `Over ${plural(primary.networks, "network")} of ${plural(seeds, "seed")} the primary measure's rank correlation with the drop in accuracy under faults, the revision's wording of ${id}, is ${correlationPhrase(primary.correlation)} with seeds resampled${partial.join("")}.${arms(primary)}`,
    ...(curvature
      ? [
          `The radius of that measure is the size of faults itself; of the curvature at the minimum, the largest eigenvalue, the correlation is ${correlationPhrase(curvature.correlation)}.`,
        ]
      : []),
    `That of clip/sd, which scales the faults themselves, is ${correlationPhrase(clip.correlation)}${clip.correlation.high < 0 ? ": here networks with larger clips lost less" : ""}.`,
    ...(best.id === measure
      ? []
      : [
          `Of all measures the strongest, picked after the fact, is ${best.title} with ${correlationPhrase(best.correlation)}.`,
        ]),
    ...(Number.isNaN(primary.correlation.low) || seeds > FEW
      ? []
      : ["Such intervals resample seeds; with so few they are too narrow, and decide nothing."]),
  ];
}

/** The same with arms resampled, and within arms. */
function arms({ byArm, within }: Association): string {
  const whole = Number.isNaN(byArm.low)
    ? ""
    : ` Networks of one arm are alike: with arms resampled the interval is [${fixed(byArm.low, 2)}, ${fixed(byArm.high, 2)}].`;
  return Number.isNaN(within.mean)
    ? whole
    : `${whole} Among the networks of one arm the correlation is ${correlationPhrase(within)} on average.`;
}

function natsPhrase({ mean, low, high }: Interval): string {
  return `${fixed(mean, 4)} nats${Number.isNaN(low) ? "" : ` [${fixed(low, 4)}, ${fixed(high, 4)}]`}`;
}
