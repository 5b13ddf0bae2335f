import { isExploratory, type Results } from "../../experiments/results/rows.js";
import { bitsLabel } from "../../networks/bits.js";

/** The conditions under which a study was measured, as one line for captions. @param encoding default: that of its campaign */
export function conditions({ study, trials, networks, unchecked }: Results, encoding?: string): string {
  const { name, profile, seeds, bits, campaign } = study;
  const counts = [...new Set([...trials, ...networks].map(({ images }) => images))];
  const images = counts
    .sort((a, b) => a - b)
    .map((count) => count.toLocaleString("en-US"))
    .join(" or ");
  return [
    ...(unchecked ? ["UNCHECKED: files not held against their checksums"] : []),
    `${name}, profile ${profile}`,
    plural(seeds.length, "seed"),
    plural(campaign.maps, "fault map"),
    images === "" ? "no trials" : `${images} ${campaign.split} images`,
    bitsLabel(bits),
    `${encoding ?? campaign.encoding} weight codes`,
  ].join(" · ");
}

/** What an exploratory run is worth; empty for the published study. */
export function exploratoryNote({ study }: Pick<Results, "study">): string {
  return isExploratory(study) ? "Exploratory: not a test of the claims." : "";
}

/** A caption: the conditions, what the exhibit shows, and what an exploratory run is worth. */
export function captionOf(results: Results, ...sentences: readonly string[]): string {
  return captionIn(results, undefined, ...sentences);
}

/** The same of what was measured in several encodings. */
export function captionIn(
  results: Results,
  encoding: string | undefined,
  ...sentences: readonly string[]
): string {
  return [`${conditions(results, encoding)}.`, ...sentences, exploratoryNote(results)]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Small numbers in words. */
export function inWords(count: number): string {
  return (
    ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"][count] ?? String(count)
  );
}

/** What the mean over all fault types is called: `"all three"`. */
export function allTitle({ judgement }: Pick<Results, "judgement">): string {
  return judgement.faults.length === 1 ? "all" : `all ${inWords(judgement.faults.length)}`;
}
