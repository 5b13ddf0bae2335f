import { join } from "node:path";
import { saveFaultMap } from "../faults/files.js";
import { faultModel } from "../faults/models.js";
import { sitesId } from "../faults/sites.js";
import { modelOf } from "../studies/registry.js";
import type { Study } from "../studies/study.js";
import { campaignMap } from "./evaluate-trial.js";
import { mapFamily } from "./plan.js";

/**
 * Writes the fault maps of a study with these indices as `<family>-map<index>.safetensors` (docs/formats.md); maps of
 * fault models with sites of their own have these in the name, `<family>-map<index>-rows-256x64.safetensors`.
 * @returns paths of the files, in the order in which they were written
 */
export function exportMaps(study: Study, folder: string, indices: Iterable<number>): string[] {
  const network = { model: modelOf(study), bits: study.bits };
  const models = study.campaign.faults.map(faultModel);
  const kinds = new Map(models.map(({ sites }) => [sitesId(sites), sites]));
  const paths: string[] = [];
  for (const index of indices)
    for (const [id, sites] of kinds) {
      const suffix = id === "" ? "" : `-${id.replace(":", "-")}`;
      const path = join(folder, `${mapFamily(study)}-map${index}${suffix}.safetensors`);
      saveFaultMap(path, campaignMap(study, network, { index, sites }));
      paths.push(path);
    }
  return paths;
}
