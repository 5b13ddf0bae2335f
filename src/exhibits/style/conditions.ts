import type { Results } from "../../experiments/results/rows.js";
import { bitsLabel } from "../../networks/bits.js";

/** What was measured, by one encoding or under the names of several. */
export type Measured = Omit<Results, "encoding"> & { readonly encoding: string };

/** The conditions under which a study was measured, as one line for captions. */
export function conditions(results: Measured): string {
  const { study, profile, split, seeds, maps, bits, encoding } = results;
  const counts = [...new Set([...results.trials, ...results.networks].map(({ images }) => images))];
  const images = counts
    .sort((a, b) => a - b)
    .map((count) => count.toLocaleString("en-US"))
    .join(" or ");
  return [
    `${study}, profile ${profile}`,
    plural(seeds.length, "seed"),
    plural(maps, "fault map"),
    images === "" ? "no trials" : `${images} ${split} images`,
    bitsLabel(bits),
    `${encoding} weight codes`,
  ].join(" · ");
}

/** What an exploratory run is worth; empty for the published study. */
export function exploratoryNote(results: Measured): string {
  return results.exploratory ? "Exploratory: not a test of the claims." : "";
}

/** A caption: the conditions, what the exhibit shows, and what an exploratory run is worth. */
export function captionOf(results: Measured, ...sentences: readonly string[]): string {
  return [`${conditions(results)}.`, ...sentences, exploratoryNote(results)]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
