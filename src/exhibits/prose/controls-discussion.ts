import { accuraciesOf } from "../../analysis/accuracies.js";
import type { Interval } from "../../analysis/claims.js";
import { cellsOf, effectBetween } from "../../analysis/paired-differences.js";
import { sameNetworkWithSaq } from "../../analysis/same-network.js";
import type { Results } from "../../experiments/results/rows.js";
import type { Arm } from "../../experiments/study/study.js";
import { armStyles } from "../style/arms.js";
import { present } from "../style/cells.js";
import { effectPhrase, list } from "../style/phrases.js";

/** What the controls say of causes: each beside its base arm, and beside the same network trained with SAQ; or nothing. */
export function controlsDiscussion(results: Results): string[] {
  const compared = comparer(results);
  const sentences = families(results).flatMap(({ base, controls, aware }) => [
    ...sentence(results, base, compared(base, controls)),
    ...aware.flatMap(({ saq, controls }) => sentence(results, saq, compared(saq, controls))),
  ]);
  return sentences.length === 0 ? [] : [`Controls, in accuracy under faults. ${sentences.join(" ")}`];
}

interface Family {
  readonly base: string;
  readonly controls: readonly Control[];
  /** The base network trained with SAQ, and the controls whose network it is. */
  readonly aware: readonly { readonly saq: string; readonly controls: readonly Control[] }[];
}
type Control = Arm;

/** The controls by their base arm. */
function families({ study: { arms: settings } }: Results): Family[] {
  const all = settings.filter(({ group }) => group === "control");
  const bases = [...new Set(all.flatMap(({ base }) => base ?? []))];
  return bases.map((base) => {
    const controls = all.filter((control) => control.base === base);
    const saqOf = (control: Control) => sameNetworkWithSaq(control, settings)?.id;
    const ids = [...new Set(controls.flatMap((control) => saqOf(control) ?? []))];
    const aware = ids.map((saq) => ({ saq, controls: controls.filter((control) => saqOf(control) === saq) }));
    return { base, controls, aware };
  });
}

interface Compared {
  readonly side: -1 | 0 | 1;
  /** Title and effect. */
  readonly phrase: string;
}

/** Says how arms compare with one of them in accuracy under faults; those that lack trials are left out. */
function comparer(results: Results): (worse: string, others: readonly Control[]) => Compared[] {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const over = cellsOf(results);
  return (worse, others) =>
    others.flatMap(({ id }) => {
      const effect = present(effectBetween(accuracies, { better: id, worse }, over));
      return effect
        ? [{ side: sideOf(effect), phrase: `${styles(id).title} (${effectPhrase(effect)})` }]
        : [];
    });
}

/** Sorts arms by how they compare with one of them. */
function sentence(results: Results, worse: string, found: readonly Compared[]): string[] {
  const groups = SIDES.flatMap(({ side, words }) => {
    const own = found.filter((each) => each.side === side).map(({ phrase }) => phrase);
    return own.length === 0 ? [] : [`${words}: ${list(own)}`];
  });
  return groups.length === 0 ? [] : [`Beside ${armStyles(results)(worse).title}, ${groups.join("; ")}.`];
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
