import type { Results } from "../results/rows.js";
import { accuraciesOf } from "./accuracies.js";
import { armStyles } from "./arms.js";
import { present } from "./cells.js";
import type { Interval } from "./claims.js";
import { sameNetworkWithSaq } from "./controls-table.js";
import { CLAIM_FAULTS, effectBetween } from "./paired-differences.js";
import { effectPhrase, list } from "./phrases.js";

/** What the controls say of causes: each beside its base arm, and beside the same network trained with SAQ; or nothing. */
export function controlsDiscussion(results: Results): string[] {
  const settings = results.settings ?? [];
  const controls = settings.filter(({ group }) => group === "control");
  const sentenceFor = comparer(results);
  const bases = [...new Set(controls.flatMap(({ base }) => base ?? []))];
  const sentences = bases.flatMap((base) => {
    const own = controls.filter((control) => control.base === base);
    const saqOf = (control: (typeof own)[number]) => sameNetworkWithSaq(control, settings)?.id;
    const aware = [...new Set(own.flatMap((control) => saqOf(control) ?? []))];
    return [
      ...sentenceFor(base, own),
      ...aware.flatMap((saq) =>
        sentenceFor(
          saq,
          own.filter((control) => saqOf(control) === saq),
        ),
      ),
    ];
  });
  return sentences.length === 0 ? [] : [`Controls, in accuracy under faults. ${sentences.join(" ")}`];
}

/** Makes a sentence that sorts arms by how they compare with one of them. */
function comparer(results: Results) {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const over = { faults: CLAIM_FAULTS, rates: results.rates };
  return (worse: string, others: readonly { readonly id: string }[]): string[] => {
    const found = others.flatMap(({ id }) => {
      const effect = present(effectBetween(accuracies, { better: id, worse }, over));
      return effect
        ? [{ side: sideOf(effect), phrase: `${styles(id).title} (${effectPhrase(effect)})` }]
        : [];
    });
    const groups = SIDES.flatMap(({ side, words }) => {
      const own = found.filter((each) => each.side === side).map(({ phrase }) => phrase);
      return own.length === 0 ? [] : [`${words}: ${list(own)}`];
    });
    return groups.length === 0 ? [] : [`Beside ${styles(worse).title}, ${groups.join("; ")}.`];
  };
}

const SIDES = [
  { side: 1, words: "more accurate" },
  { side: 0, words: "not distinguishable" },
  { side: -1, words: "less accurate" },
] as const;

/** On which side of 0 an interval lies; 0 if it contains it, or there is none. */
function sideOf({ low, high }: Interval): -1 | 0 | 1 {
  return low > 0 ? 1 : high < 0 ? -1 : 0;
}
