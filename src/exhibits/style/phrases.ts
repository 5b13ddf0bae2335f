import type { Interval, Verdict } from "../../analysis/claims.js";
import { fixed } from "../forms/table.js";

/** A mean in percentage points with its interval, if it has one. */
export function effectPhrase({ mean, low, high }: Interval): string {
  const bounds = Number.isNaN(low) ? "" : ` [${fixed(low, 2)}, ${fixed(high, 2)}]`;
  return `${fixed(mean, 2)} pp${bounds}`;
}

/** A rank correlation with its interval, where there is one, such as `"0.42 [0.30, 0.55]"`. */
export function correlationPhrase({ mean, low, high }: Interval): string {
  return `${fixed(mean, 2)}${Number.isNaN(low) ? "" : ` [${fixed(low, 2)}, ${fixed(high, 2)}]`}`;
}

/** "a", "a and b", "a, b and c". */
export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** What a verdict amounts to; the second where the run is exploratory and tests nothing. */
export const FINDINGS: Readonly<Record<Verdict, readonly [string, string]>> = {
  supported: ["holds here", "points the claimed way in this run"],
  contradicted: ["does not hold here: the difference has the other sign", "points the other way in this run"],
  inconclusive: ["is not decided: the interval contains 0", "is not decided by this run"],
  withheld: ["has no verdict", "has no verdict"],
};
