import { UserError } from "../../base/errors.js";
import { stream } from "../../base/random/index.js";

/**
 * Draws some of the items at random, without replacement: `share` of them, but at least `least` if there are so many.
 * @param seed the same seed draws the same items
 * @returns them in the order they had
 */
export function sampleOf<T>(
  items: readonly T[],
  { share, least, seed }: { share: number; least: number; seed: number },
): T[] {
  requireShare(share);
  const count = Math.min(items.length, Math.max(least, Math.ceil(share * items.length)));
  const chosen = stream("verify", seed).shuffle(items.length).slice(0, count).sort();
  return Array.from(chosen, (i) => items[i]!);
}

/** Checks a share of items to draw. @throws UserError */
export function requireShare(share: number): void {
  if (!(share > 0 && share <= 1)) throw new UserError(`share must be above 0 and at most 1, got ${share}`);
}

/** Probability that a sample without replacement of `sample` of `total` items has none of the `altered` ones. */
export function missProbability({
  total,
  sample,
  altered,
}: {
  total: number;
  sample: number;
  altered: number;
}): number {
  let probability = 1;
  for (let i = 0; i < sample; i++) probability *= Math.max(0, total - altered - i) / (total - i);
  return probability;
}
