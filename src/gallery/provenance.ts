import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint } from "../checkpoints/checkpoint.js";
import { readManifest } from "../results/manifest.js";
import type { Results } from "../results/rows.js";
import type { Catalogue } from "./catalogue.js";

/**
 * Where results come from: the settings, the networks and what trained them, the checksums of the published files.
 *
 * @param directory folder of the results
 * @throws UserError if it has no manifest
 */
export function provenanceOf(results: Results, directory: string): Catalogue["provenance"] {
  const { config, files, study, profile } = readManifest(directory);
  const sha256 = createHash("sha256")
    .update(readFileSync(join(directory, "manifest.json")))
    .digest("hex");
  const rows: [string, string | undefined][] = [
    ["Study", `${study}, profile ${profile}; sha256 of its settings ${config}`],
    ["Seeds", results.seeds.join(", ")],
    ["Networks", `${results.networks.length}, of the arms ${results.arms.join(", ")}`],
    ["Trained by", trainers(directory).join("; ") || undefined],
    ["Trials", `${results.trials.length}; sha256 of trials.parquet ${files["trials.parquet"]}`],
    ["Published files", `${Object.keys(files).length}; sha256 of manifest.json ${sha256}`],
    ["Check them", `npx flatenn verify --study ${study} --profile ${profile}`],
  ];
  return rows.flatMap(([what, value]) => (value === undefined ? [] : [{ what, value }]));
}

/** Each kind of program that trained a network of the folder: `TensorFlow 2.21.0, tfjs 4.22.0, linux-x64, AVX2, 1 thread`. */
function trainers(directory: string): string[] {
  const folder = join(directory, "checkpoints");
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const kinds = names
    .filter((name) => name.endsWith(".safetensors"))
    .map((name) => {
      const { tensorflow, tfjs, platform, instructionSet, threads } = readCheckpoint(join(folder, name))
        .origin.backend;
      return `TensorFlow ${tensorflow}, tfjs ${tfjs}, ${platform}, ${instructionSet}, threads: ${threads}`;
    });
  return [...new Set(kinds)];
}
