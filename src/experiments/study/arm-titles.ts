import { type Bits, bitsLabel } from "../../networks/bits.js";
import { sparsificationKind } from "../../tensors/sparsity/table.js";
import { clipRuleSpec } from "../../training/clip-rules.js";
import { gradientKind } from "../../training/gradients/rules.js";

import { numbersOf } from "./knobs.js";
import type { Presentation } from "./presentation.js";
import type { Arm } from "./study.js";

/** What titles of a study's arms depend on. */
export interface TitledStudy {
  /** Every arm with its settings. */
  readonly arms: readonly Arm[];
  /** Bits of arms that have none of their own. */
  readonly bits: Bits;
  readonly presentation: Pick<Presentation, "titles">;
}

/**
 * What an arm is, from its settings: network, training, and what differs from the study, such as `"standard + SAQ, observed
 * ranges"`. Arms that these words do not tell apart have the numbers in which they differ, `"standard + SAQ, rho 0.2"`, and
 * their ids where they differ in none; a main arm that is the only one of them keeps the words alone.
 */
export function armTitles(study: TitledStudy): ReadonlyMap<string, string> {
  const { arms } = study;
  const plain = arms.map((arm) => titleOf(arm, study));
  const alike = arms.map((_, i) => arms.filter((_, j) => plain[j] === plain[i]));
  const isChief = arms.map((arm, i) => alike[i]!.every((other) => (other === arm) === !other.group));
  const titles = arms.map((arm, i) =>
    isChief[i] ? plain[i]! : [plain[i]!, ...differences(arm, alike[i]!)].join(", "),
  );
  return new Map(
    arms.map(({ id }, i) => {
      const title = titles[i]!;
      const isClear = isChief[i] || titles.indexOf(title) === titles.lastIndexOf(title);
      return [id, isClear ? title : `${title} (${id})`];
    }),
  );
}

/** The numbers of an arm that not all of these arms have, such as `"rho 0.2"`; `"rho of SAQ 0.2"` where another's is of ASAM. */
function differences(arm: Arm, arms: readonly Arm[]): string[] {
  const all = arms.map(numbersOf);
  return [...numbersOf(arm)]
    .filter(([title, value]) => all.some((numbers) => numbers.get(title) !== value))
    .map(([title, value]) => {
      const isShared = all.every((numbers) => numbers.has(title));
      return `${isShared ? title.replace(/ of .*/, "") : title} ${value}`;
    });
}

/** What an arm changes of the study: clip rule, bits, epochs; each in a phrase. */
export function changesOf({ range, bits, epochsFactor = 1 }: Arm, study: Bits): string[] {
  const changes: string[] = [];
  if (epochsFactor !== 1) changes.push(`${epochsFactor}x epochs`);
  if (range) changes.push(clipRuleSpec(range).title(range));
  if (bits && bitsLabel(bits) !== bitsLabel(study)) changes.push(bitsTitle(bits, study));
  return changes;
}

/** `"W2A2"`; `"8-bit ends"` where only the first and the last layer differ. */
function bitsTitle(bits: Bits, study: Bits): string {
  const onlyEnds = bits.weights === study.weights && bits.activations === study.activations;
  return onlyEnds ? `${bits.ends ?? bits.weights}-bit ends` : bitsLabel(bits);
}

function titleOf(arm: Arm, study: TitledStudy): string {
  return [`${networkTitle(arm, study)}${trainingTitle(arm)}`, ...changesOf(arm, study.bits)].join(", ");
}

/** What the network of an arm is called: as the study calls an arm with the same sparsification, else by that setting. */
export function networkTitle(
  arm: Arm,
  { arms, presentation: { titles } }: Omit<TitledStudy, "bits">,
): string {
  const { sparsification } = arm;
  const settings = JSON.stringify(sparsification);
  const called = [arm, ...arms].find(
    ({ id, sparsification }) => Object.hasOwn(titles, id) && JSON.stringify(sparsification) === settings,
  );
  return called ? titles[called.id]! : sparsificationKind(sparsification).title(sparsification);
}

function trainingTitle({ gradient }: Arm): string {
  const title = gradientKind(gradient).title(gradient);
  return title === "" ? "" : ` + ${title}`;
}
