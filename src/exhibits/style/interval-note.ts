import type { AccuracyMethod, PairedEffect } from "../../statistics/index.js";
import { plural } from "./conditions.js";

/** Up to so many fault maps an interval is wide whatever it is of: 1.96 standard errors have become 4 to 13. */
const FEW_MAPS = 3;

type Shown = PairedEffect & { readonly method?: AccuracyMethod };

/** What a caption has to say of intervals: that maps are few, or that not all are t intervals; else nothing. */
export function intervalNote(effects: Iterable<Shown | undefined>): string {
  const shown = [...effects].filter((effect) => effect !== undefined);
  const maps = shown.flatMap(({ basis, maps }) => (basis.includes("maps") ? [maps] : []));
  const fewest = Math.min(...maps);
  const others = shown.some(({ method }) => method === "score" || method === "equal");
  return [
    ...(fewest <= FEW_MAPS ? [`${plural(fewest, "fault map")} are few: the intervals say little.`] : []),
    ...(others
      ? [
          "Where a t interval would leave 0 to 100 %, or all values are equal, it is one that cannot (docs/protocol.md section 5).",
        ]
      : []),
  ].join(" ");
}
