import { type Bits, bitsLabel } from "../../networks/bits.js";
import { sparsificationKind } from "../../tensors/sparsity/table.js";
import { clipRuleSpec } from "../../training/clip-rules.js";
import { gradientKind } from "../../training/gradients/rules.js";

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
 * ranges"`. Arms whose settings give the same words are told apart by their ids.
 */
export function armTitles(study: TitledStudy): ReadonlyMap<string, string> {
  const plain = study.arms.map((arm) => titleOf(arm, study));
  return new Map(
    study.arms.map(({ id }, i) => {
      const title = plain[i]!;
      return [id, plain.indexOf(title) === plain.lastIndexOf(title) ? title : `${title} (${id})`];
    }),
  );
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
