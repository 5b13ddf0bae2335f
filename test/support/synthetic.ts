import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTrials, type Results, writeResults } from "../../src/experiments/results/index.js";
import { writeManifest } from "../../src/experiments/results/manifest.js";
import type { Study } from "../../src/studies/index.js";

/** Writes made-up results into a folder as published ones lie there, but for checkpoints. */
export async function writeSynthetic(folder: string, study: Study, results: Results): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "study.json"), JSON.stringify(study));
  writeResults(folder, results);
  const trials = await openTrials(study, folder);
  await trials.add(results.trials);
  await trials.publish(new Set(results.trials.map(({ id }) => id)));
  trials.close();
  writeManifest(study, folder);
}
