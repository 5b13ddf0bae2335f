/** Whether results are made of the files that they should be made of, and what else there is. */

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { readManifest } from "../results/manifest.js";
import { readDocument } from "../results/read-document.js";
import { checkpointPath, networkPath } from "../results/store.js";
import { timingPath, timingSchema } from "../results/timings.js";
import { FLOAT } from "../results/trained-network.js";
import { networksOf } from "../study/arms.js";
import { phasesOf, sharedNetworksOf, trainedArmOf } from "../study/phases.js";
import type { Study } from "../study/study.js";
import { attempting, type Findings, listed } from "./findings.js";

/** Files that all results have. */
const ALWAYS: readonly string[] = ["results.json", "study.json", "summary.csv", "trials.parquet"];
/** Folders with a file for each network, and how its name ends. */
const BY_NETWORK: Readonly<Record<string, string>> = {
  checkpoints: "safetensors",
  networks: "json",
  timings: "json",
  failed: "json",
};
/** The folder of what was measured around networks, whose files are checked by what they say. */
const MEASURED = "sharpness";

/** Holds the manifest against the study: whose results it states, and of which files. */
export function checkFiles(study: Study, directory: string): Findings {
  const manifest = readManifest(directory);
  const problems: string[] = [];
  for (const [what, said, wanted] of [
    ["study", manifest.study, study.name],
    ["profile", manifest.profile, study.profile],
  ] as const)
    if (said !== wanted) problems.push(`the manifest is of the ${what} ${said}, study.json is of ${wanted}`);

  const names = Object.keys(manifest.files);
  for (const name of ALWAYS) if (!names.includes(name)) problems.push(`the manifest states no ${name}`);
  const known = new Set(keysOf(study).map(({ arm, seed }) => `${arm}-seed${seed}`));
  const others: string[] = [];
  const foreign: string[] = [];
  for (const name of names) {
    const [folder, file, ...deeper] = name.split("/") as [string, string | undefined];
    if (ALWAYS.includes(name) || (folder === MEASURED && file !== undefined)) continue;
    const ending = Object.hasOwn(BY_NETWORK, folder) ? BY_NETWORK[folder] : undefined;
    if (ending === undefined || file === undefined || deeper.length > 0) others.push(name);
    else if (!known.has(basename(file, `.${ending}`)) || !file.endsWith(`.${ending}`)) foreign.push(name);
  }
  return {
    problems,
    notChecked: [
      ...(others.length > 0 ? [`files that are no part of results: ${listed(others)}`] : []),
      ...(foreign.length > 0 ? [`files of networks that the study does not have: ${listed(foreign)}`] : []),
    ],
  };
}

/** Checks what is said of how fast networks were trained, as far as that can be told. */
export function checkTimings(study: Study, directory: string, checkpoints: string): Findings {
  const problems: string[] = [];
  const attempt = attempting((problem) => problems.push(problem));
  const without: string[] = [];
  for (const key of keysOf(study)) {
    const { arm, seed } = key;
    const path = timingPath(directory, key);
    if (!existsSync(path)) {
      if (existsSync(checkpointPath(checkpoints, key)) && existsSync(networkPath(directory, key)))
        without.push(`${arm}, seed ${seed}`);
      continue;
    }
    const timing = attempt(() => readDocument(path, timingSchema));
    if (!timing) continue;
    if (timing.arm !== arm || timing.seed !== seed)
      problems.push(`timings/${basename(path)} is of ${timing.arm}, seed ${timing.seed}`);
    const { batch } = arm === FLOAT ? study.float : phasesOf(study, trainedArmOf(study, arm)).at(-1)!;
    if (timing.batch !== batch)
      problems.push(`timings/${basename(path)} has ${timing.batch} images a step, the study ${batch}`);
  }
  return {
    problems,
    notChecked: [
      "timings: how fast networks were trained, and on what machine, is what that machine said" +
        (without.length > 0 ? `; there is none of ${listed(without)}` : ""),
    ],
  };
}

/** Every network of a study, float and shared ones included. */
function keysOf(study: Study) {
  const floats = study.seeds.map((seed) => ({ arm: FLOAT, seed }));
  return [...floats, ...sharedNetworksOf(study), ...networksOf(study)];
}
