import { requireDisk } from "../base/room.js";
import { mapFamily } from "../experiments/campaign/plan.js";
import { modelOf } from "../experiments/study/content.js";
import type { Study } from "../experiments/study/study.js";
import { withFaults } from "../experiments/study/with-faults.js";
import { exportMaps } from "../experiments/verification/export-maps.js";
import { quantizedLayers } from "../networks/bits.js";
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
  const count = last - first + 1;
  requireDisk(`${count.toLocaleString("en-US")} fault maps`, count * bytesOfMap(study), out);
  const paths = exportMaps(study, out, range(first, last));
  const files = paths.length === 1 ? paths[0] : `${paths.length} files, ${paths[0]} and so on`;
  console.log(`Fault maps of the family ${mapFamily(study)}: ${files}`);
}

function* range(first: number, last: number): Generator<number> {
  for (let index = first; index <= last; index++) yield index;
}

/** Position and draw of a bit that can be faulty. */
const BYTES_PER_BIT = 4 + 8;

/** About the size of one of a study's maps as a file, without what it may have beside for other bits and sites. */
function bytesOfMap(study: Study): number {
  const layers = quantizedLayers(modelOf(study), study.bits);
  const stored = layers.reduce((sum, { weights, bits }) => sum + weights * bits, 0);
  return stored * study.campaign.ceiling * BYTES_PER_BIT;
}
