import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readManifest } from "../../experiments/results/manifest.js";
import type { Results } from "../../experiments/results/rows.js";
import { mainArms } from "../../experiments/study/arms.js";
import { readCheckpoint } from "../../networks/checkpoints/checkpoint.js";
import type { Catalogue } from "./catalogue.js";

/**
 * Where results come from: the settings, the networks and what trained them, the checksums of the published files.
 *
 * @param directory folder of the results
 */
export function provenanceOf(results: Results, directory: string): Catalogue["provenance"] {
  const { name: study, profile, seeds } = results.study;
  // without a manifest the run is not finished, and its files may still change
  const manifest = existsSync(join(directory, "manifest.json")) ? readManifest(directory) : undefined;
  const sumOf = (name: string) => manifest && `; sha256 of ${name} ${manifest.files[name]}`;
  const rows: [string, string | undefined][] = [
    [
      "Study",
      `${study}, profile ${profile}${manifest ? `; sha256 of its settings ${manifest.config}` : ", not finished"}`,
    ],
    ["Seeds", seeds.join(", ")],
    [
      "Networks",
      `${results.networks.length}, of the arms ${mainArms(results.study).join(", ")}${sumOf("results.json") ?? ""}`,
    ],
    ["Trained by", trainers(directory).join("; ") || undefined],
    ["Trials", `${results.trials.length}${sumOf("trials.parquet") ?? ""}`],
    ["Published files", manifest && String(Object.keys(manifest.files).length)],
    ["Check them", manifest && `npx flatenn verify --study ${study} --profile ${profile}`],
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
