import { mapFamily } from "../experiments/campaign/plan.js";
import { withFaults } from "../experiments/study/with-faults.js";
import { exportMaps } from "../experiments/verification/export-maps.js";
import { loadFaults, loadStudy, type StudyOptions } from "./selection.js";

/** Indices of maps, both included. */
export interface MapRange {
  readonly first: number;
  readonly last: number;
}

export interface MapsOptions extends StudyOptions {
  readonly fault: readonly string[];
  readonly map?: MapRange;
  readonly out: string;
}

/** `flatenn maps` */
export async function maps({ study: name, profile, fault, map, out }: MapsOptions): Promise<void> {
  const faults = await loadFaults(fault);
  const study = withFaults(loadStudy(name, profile), faults);
  const { first, last } = map ?? { first: 0, last: study.campaign.maps - 1 };
  const indices = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const paths = exportMaps(study, out, indices);
  const files = paths.length === 1 ? paths[0] : `${paths.length} files, ${paths[0]} and so on`;
  console.log(`Fault maps of the family ${mapFamily(study)}: ${files}`);
}
