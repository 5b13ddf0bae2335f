import { exportMaps } from "../campaign/export-maps.js";
import { mapFamily } from "../campaign/plan.js";
import { loadStudy, type StudyOptions } from "./selection.js";

/** Indices of maps, both included. */
export interface MapRange {
  readonly first: number;
  readonly last: number;
}

export interface MapsOptions extends StudyOptions {
  readonly map?: MapRange;
  readonly out: string;
}

/** `flatenn maps` */
export function maps({ study: name, profile, map, out }: MapsOptions): void {
  const study = loadStudy(name, profile);
  const { first, last } = map ?? { first: 0, last: study.campaign.maps - 1 };
  const indices = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const paths = exportMaps(study, out, indices);
  const files = paths.length === 1 ? paths[0] : `${paths.length} files, ${paths[0]} and so on`;
  console.log(`Fault maps of the family ${mapFamily(study)}: ${files}`);
}
