import type { Results } from "../../experiments/results/rows.js";
import { mainArms } from "../../experiments/study/arms.js";

/** What belongs to the main arms, in the order of the study: more arms no figure can show. */
export function ofMainArms<T extends { readonly arm: string }>(
  { study }: Pick<Results, "study">,
  all: readonly T[],
): T[] {
  return mainArms(study).flatMap((arm) => all.filter((each) => each.arm === arm));
}
