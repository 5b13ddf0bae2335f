import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { loadBackend } from "../backend/index.js";
import { type NetworkKey, networksOf } from "../campaign/campaign.js";
import { readCheckpoint } from "../checkpoints/checkpoint.js";
import { UserError } from "../errors.js";
import { associationTable } from "../exhibits/association-table.js";
import { sharpnessRows } from "../exhibits/sharpness-rows.js";
import { sharpnessDifferencesTable, sharpnessTable } from "../exhibits/sharpness-table.js";
import { toText } from "../exhibits/table.js";
import { duration } from "../progress-text.js";
import { addToManifest } from "../results/manifest.js";
import { readJson } from "../results/read-json.js";
import { publishedDirectory, readResultsFrom } from "../results/results.js";
import { checkpointPath } from "../results/store.js";
import { documentPath, readDocuments } from "../sharpness/documents.js";
import { measureSharpness } from "../sharpness/measure.js";
import { changedSettings } from "../sharpness/settings.js";
import { SHARPNESS_FOLDER } from "../sharpness/stored.js";
import { openSubject } from "../sharpness/subject.js";
import { studyHash } from "../studies/hash.js";
import { armOf } from "../studies/registry.js";
import type { Study } from "../studies/study.js";
import { runTasks } from "./pool.js";
import { progressReporter } from "./progress-line.js";
import { checkpointsFor, loadStudy, type StudyOptions, seedsOf } from "./selection.js";

/** Options of the commands that look at the trained networks of results. */
export interface NetworksOptions extends StudyOptions {
  readonly results?: string;
  readonly checkpoints?: string;
  readonly arm: readonly string[];
  readonly seed?: number;
  readonly out?: string;
  readonly jobs?: number;
}

export interface SharpnessOptions extends NetworksOptions {
  readonly settings?: string;
}

/** `flatenn sharpness` */
export async function sharpness(options: SharpnessOptions): Promise<void> {
  const { study, networks, results, checkpoints, out } = chosenNetworks(options);
  const changes = options.settings === undefined ? {} : readJson(options.settings);
  const settings = changedSettings(changes as Record<string, unknown>);
  await eachNetwork("sharpness", networks, options, async ({ arm, seed }) => {
    const report = progressReporter(`sharpness of ${arm}, seed ${seed}`);
    const started = performance.now();
    const backend = await loadBackend();
    const opened = openSubject(study, readCheckpoint(checkpointPath(checkpoints, { arm, seed })), settings);
    const path = documentPath(out, { arm, seed });
    try {
      await measureSharpness(opened, path, { backend: { ...backend }, onProgress: report.update });
    } finally {
      opened.dispose();
    }
    report.finish(`${path} (${duration((performance.now() - started) / 1000)})`);
  });
  if (process.send) return; // a parent process does the rest once for all
  addToManifest(out, SHARPNESS_FOLDER);
  if (existsSync(join(results, "results.json"))) await tell(results, out);
}

/** Prints what is known of the sharpness of all networks so far. */
async function tell(directory: string, out: string): Promise<void> {
  const results = await readResultsFrom(directory);
  const rows = sharpnessRows(results, readDocuments(out));
  for (const exhibit of [sharpnessTable, sharpnessDifferencesTable, associationTable])
    console.log(`\n${toText(exhibit(results, rows))}`);
}

/** The trained networks of results that options name, and the folder in which what is measured goes. */
export function chosenNetworks(options: NetworksOptions): {
  study: Study;
  networks: NetworkKey[];
  results: string;
  checkpoints: string;
  out: string;
} {
  const study = options.results
    ? loadStudy(join(options.results, "study.json"), options.profile)
    : loadStudy(options.study, options.profile);
  const { name, profile } = study;
  const results = options.results ?? publishedDirectory(name, profile);
  const checkpoints = checkpointsFor(study, results, options.checkpoints);
  const arms = new Set(options.arm.map((id) => armOf(study, id).id));
  const seeds = seedsOf(study, options.seed);
  const networks = networksOf(study).filter(
    ({ arm, seed }) =>
      (arms.size === 0 || arms.has(arm)) &&
      seeds.includes(seed) &&
      existsSync(checkpointPath(checkpoints, { arm, seed })),
  );
  if (networks.length === 0)
    throw new UserError(
      `there is no trained network of these arms and seeds in ${checkpoints}; \`flatenn train\` makes them`,
    );
  const out = options.out ?? join("data", "runs", `${name}-${profile}-${studyHash(study).slice(0, 8)}`);
  return { study, networks, results, checkpoints, out };
}

/** Does a job for each network: one in this process, several in processes of their own, side by side. */
export async function eachNetwork(
  command: string,
  networks: readonly NetworkKey[],
  { arm: _, seed: __, jobs = availableParallelism(), ...options }: NetworksOptions,
  job: (network: NetworkKey) => Promise<void>,
): Promise<void> {
  if (networks.length === 1) return job(networks[0]!);
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : value === undefined ? [] : [`--${name}`, String(value)],
  );
  await runTasks(
    networks.map(({ arm, seed }) => ({
      title: `${command} of ${arm}, seed ${seed}`,
      args: [command, ...given, "--arm", arm, "--seed", String(seed)],
      after: [],
    })),
    jobs,
  );
}
