import type { Results } from "../results/rows.js";
import { type ArmStyle, armStyles } from "./arms.js";
import { associations } from "./association-table.js";
import type { Interval } from "./claims.js";
import { differenceTitle } from "./claims-table.js";
import { plural } from "./conditions.js";
import { isShown, measureTitle, PRIMARY_MEASURE } from "./measure-titles.js";
import { FINDINGS, list } from "./phrases.js";
import { pairedDifference, SHARPNESS_PAIRS, type SharpnessPair, sharpnessClaims } from "./sharpness-claim.js";
import { measureIds, type SharpnessRow } from "./sharpness-rows.js";
import { fixed } from "./table.js";

/**
 * What measures of sharpness say of claim C2: whether sparse networks are sharper, whether SAQ flattens, and how well sharpness
 * and the clip range go with the loss of accuracy under faults.
 * @param rows none: sharpness is not measured
 */
export function sharpnessDiscussion(results: Results, rows: readonly SharpnessRow[]): string {
  if (rows.length === 0)
    return "C2, that sparse networks lie in sharper minima, is about the loss and not about these accuracies: it is not measured here.";
  const claims = sharpnessClaims(results, rows);
  const styles = armStyles(results);
  const judged = claims.map(({ first, second, effect, verdict, reason }) => {
    const title = differenceTitle(styles(first), styles(second));
    const finding = FINDINGS[verdict][results.exploratory ? 1 : 0];
    return verdict === "withheld" || !effect
      ? `for ${title} it has no verdict: ${reason}`
      : `for ${title} it ${finding}, ${natsPhrase(effect)}`;
  });
  const trained = SHARPNESS_PAIRS.filter(({ first }) => first.endsWith("-saq")).flatMap((pair) => {
    const effect = pairedDifference(rows, pair, PRIMARY_MEASURE);
    return effect
      ? [`${differenceTitle(styles(pair.first), styles(pair.second))} ${natsPhrase(effect)}`]
      : [];
  });
  return [
    `C2 (the activation-sparse network lies in a sharper minimum), in ${measureTitle(PRIMARY_MEASURE)}: ${judged.join("; ")}.`,
    ...(trained.length > 0
      ? [`SAQ beside conventional training, in the same measure: ${list(trained)}.`]
      : []),
    ...otherMeasures(claims, rows, styles),
    ...associationSentences(results, rows),
  ].join(" ");
}

/** Whether the measures by which C2 is not judged say the same of the sparse arms. */
function otherMeasures(
  claims: readonly SharpnessPair[],
  rows: readonly SharpnessRow[],
  styles: (arm: string) => ArmStyle,
): string[] {
  const ids = measureIds(rows).filter((id) => isShown(id) && id !== PRIMARY_MEASURE);
  const found = claims.flatMap((pair) => {
    const differences = ids.flatMap((id) => {
      const difference = pairedDifference(rows, pair, id);
      return difference && !Number.isNaN(difference.low) ? [{ id, ...difference }] : [];
    });
    if (differences.length === 0) return [];
    const sharper = differences.filter(({ low }) => low > 0).map(({ id }) => measureTitle(id));
    const flatter = differences.filter(({ high }) => high < 0).length;
    const rest = differences.length - sharper.length - flatter;
    return [
      `${styles(pair.first).title} is sharper than ${styles(pair.second).title} in ${sharper.length > 0 ? `${sharper.length} (${sharper.join("; ")})` : "none"}, flatter in ${flatter} and not to be told apart in ${rest}`,
    ];
  });
  return found.length > 0
    ? [`Of the other measures, which are secondary and not corrected for their number: ${found.join("; ")}.`]
    : [];
}

/** How the primary measure goes with the drop, how clip/sd does, and which measure goes with it best. */
function associationSentences(results: Results, rows: readonly SharpnessRow[]): string[] {
  const found = associations(results, rows);
  const of = (id: string) => found.find((each) => each.id === id);
  const [primary, clip] = [of(PRIMARY_MEASURE), of("clip-ratio")];
  if (!primary || !clip || Number.isNaN(primary.correlation.mean)) return [];
  const partial = Number.isNaN(primary.partial.mean)
    ? []
    : [`; given clip/sd and accuracy without faults it is ${rho(primary.partial)}`];
  const rivals = found.filter(
    ({ id }) => !id.startsWith("faults:") && id !== "clip-ratio" && id !== "accuracy",
  );
  const best = rivals.reduce((a, b) => (Math.abs(b.correlation.mean) > Math.abs(a.correlation.mean) ? b : a));
  return [
    `Over ${plural(primary.networks, "network")} the primary measure's rank correlation with the drop in accuracy under faults is ${rho(primary.correlation)}${partial.join("")};`,
    `that of clip/sd, which scales the faults themselves, is ${rho(clip.correlation)}.`,
    ...(best.id === PRIMARY_MEASURE
      ? []
      : [
          `Of all measures the strongest, picked after the fact, is ${best.title} with ${rho(best.correlation)}.`,
        ]),
  ];
}

function natsPhrase({ mean, low, high }: Interval): string {
  return `${fixed(mean, 4)} nats${Number.isNaN(low) ? "" : ` [${fixed(low, 4)}, ${fixed(high, 4)}]`}`;
}

function rho({ mean, low, high }: Interval): string {
  return `${fixed(mean, 2)}${Number.isNaN(low) ? "" : ` [${fixed(low, 2)}, ${fixed(high, 2)}]`}`;
}
