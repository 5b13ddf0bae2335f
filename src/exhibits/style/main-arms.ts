import type { Results } from "../../experiments/results/rows.js";

/** What belongs to the main arms, in the order of the study: more arms no figure can show. */
export function ofMainArms<T extends { readonly arm: string }>(
  { arms }: Pick<Results, "arms">,
  all: readonly T[],
): T[] {
  return arms.flatMap((arm) => all.filter((each) => each.arm === arm));
}
