import { join } from "node:path";
import { faultModel } from "../../faults/models.js";
import { sitesId } from "../../faults/sites.js";
import type { Bits } from "../../networks/bits.js";
import { campaignMap } from "../campaign/evaluate-trial.js";
import { mapFamily } from "../campaign/plan.js";
import { saveFaultMap } from "../fault-files/maps.js";
import { faultsOf } from "../study/arms.js";
import { modelOf } from "../study/content.js";

import type { Study } from "../study/study.js";

/**
 * Writes the fault maps of a study with these indices as `<family>-map<index>.safetensors` (docs/formats.md). Maps of arms
 * with other bits than the study's, and of fault models with sites of their own, have these in the name:
 * `<family>-map<index>-8bit.safetensors`, `<family>-map<index>-ends8.safetensors`, `<family>-map<index>-rows-256x64.safetensors`.
 * @returns paths of the files, in the order in which they were written
 */
export function exportMaps(study: Study, folder: string, indices: Iterable<number>): string[] {
  const model = modelOf(study);
  const all = study.arms.map((arm) => arm.bits ?? study.bits);
  const bits = new Map(all.map((bitsOfArm) => [bitsName(bitsOfArm, study.bits), bitsOfArm]));
  const models = faultsOf(study).map(faultModel);
  const sites = new Map(models.map(({ sites }) => [sitesId(sites), sites]));
  const paths: string[] = [];
  for (const index of indices)
    for (const [width, bitsOfArm] of bits)
      for (const [id, sitesOfModel] of sites) {
        const parts = [
          `${mapFamily(study)}-map${index}`,
          ...(width === "" ? [] : [width]),
          ...(id === "" ? [] : [id.replace(":", "-")]),
        ];
        const path = join(folder, `${parts.join("-")}.safetensors`);
        saveFaultMap(path, campaignMap(study, { model, bits: bitsOfArm }, { index, sites: sitesOfModel }));
        paths.push(path);
      }
  return paths;
}

/** What tells maps of weights of some bits from those of the study's. */
function bitsName({ weights, ends = weights }: Bits, usual: Bits): string {
  const inner = weights === usual.weights ? [] : [`${weights}bit`];
  return [...inner, ...(ends === weights ? [] : [`ends${ends}`])].join("-");
}
