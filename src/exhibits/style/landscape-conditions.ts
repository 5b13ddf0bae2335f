import type { LandscapeDocument } from "../../experiments/sharpness/landscape.js";
import { bitsLabel } from "../../networks/bits.js";
import { plural } from "./conditions.js";
import { faultStyle } from "./fault-styles.js";

/** The conditions of landscapes, as one line for captions. */
export function landscapeConditions(documents: readonly LandscapeDocument[]): string {
  const [first] = documents;
  if (!first) return "";
  const { study, profile, images, bits } = first;
  const seeds = new Set(documents.map(({ seed }) => seed)).size;
  return [
    `${study}, profile ${profile}`,
    plural(seeds, "seed"),
    `${images.count.toLocaleString("en-US")} training images`,
    `${bitsLabel(bits)}, weights moved from Q(w) and not quantized again`,
  ].join(" · ");
}

/** The planes of one seed, the lowest that there is, one of each arm that has the same directions, in the order of styles. */
export function planesOfOneSeed(documents: readonly LandscapeDocument[]): LandscapeDocument[] {
  const planes = documents.filter(({ kind }) => kind === "plane");
  const seed = Math.min(...planes.map((document) => document.seed));
  const directions = planes[0]?.directions.join();
  return planes.filter((document) => document.seed === seed && document.directions.join() === directions);
}

/** What an axis of a plane is called. */
export function directionTitle(direction: string): string {
  const [name, number] = direction.split(":");
  if (name === "random") return `random direction ${Number(number) + 1}`;
  return name === "saq" ? "gradient" : `mean ${faultStyle(name!).title} change`;
}
