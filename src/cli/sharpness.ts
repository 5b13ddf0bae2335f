import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { sharpnessRows } from "../analysis/sharpness-rows.js";
import { UserError } from "../base/errors.js";
import { readJson } from "../base/files/read-json.js";
import { duration } from "../base/progress-text.js";
import { associationTable } from "../exhibits/tables/association-table.js";
import { sharpnessDifferencesTable, sharpnessTable } from "../exhibits/tables/sharpness-table.js";
import { addToManifest } from "../experiments/results/manifest.js";
import { publishedDirectory, readResultsFrom } from "../experiments/results/results.js";
import { checkpointPath, readNetwork } from "../experiments/results/store.js";
import { requireOrigin } from "../experiments/results/trained-network.js";
import { documentPath, readDocuments } from "../experiments/sharpness/documents.js";
import { measureSharpness } from "../experiments/sharpness/measure.js";
import { changedSettings } from "../experiments/sharpness/settings.js";
import { SHARPNESS_FOLDER } from "../experiments/sharpness/stored.js";
import { openSubject } from "../experiments/sharpness/subject.js";
import type { NetworkKey } from "../experiments/study/arms.js";
import { armOf, networksOf } from "../experiments/study/arms.js";
import { studyHash } from "../experiments/study/identity.js";
import type { Study } from "../experiments/study/study.js";
import { type Checkpoint, readCheckpoint } from "../networks/checkpoints/checkpoint.js";
import { loadBackend } from "../tensors/backend/index.js";
import { runTasks } from "./pool.js";
import { progressReporter } from "./progress-line.js";
import { checkpointsFor, loadStudy, type StudyOptions, sayUnchecked, seedsOf } from "./selection.js";
import { tableText } from "./terminal.js";

/** Options of the commands that look at the trained networks of results. */
export interface NetworksOptions extends StudyOptions {
  readonly results?: string;
  readonly checkpoints?: string;
  readonly arm: readonly string[];
  readonly seed?: number;
  readonly out?: string;
  readonly jobs?: number;
  readonly unchecked?: boolean;
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
    const opened = openSubject(study, readTrained(study, checkpoints, { arm, seed }, options), settings);
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
  if (existsSync(join(results, "results.json"))) await tell(results, out, options);
}

/** Prints what is known of the sharpness of all networks so far. */
async function tell(
  directory: string,
  out: string,
  { unchecked = false }: Pick<NetworksOptions, "unchecked">,
): Promise<void> {
  const results = await readResultsFrom(directory, { unchecked });
  const rows = sharpnessRows(results, readDocuments(out, { unchecked }));
  for (const exhibit of [sharpnessTable, sharpnessDifferencesTable, associationTable])
    console.log(`\n${tableText(exhibit(results, rows))}`);
}

/**
 * A trained network of results.
 * @throws UserError if its file is not as the manifest beside it states, or no network of the study's
 */
export function readTrained(
  study: Study,
  checkpoints: string,
  key: NetworkKey,
  { unchecked = false }: Pick<NetworksOptions, "unchecked">,
): Checkpoint {
  const path = checkpointPath(checkpoints, key);
  sayUnchecked(unchecked);
  return requireOrigin(study, key, unchecked ? readCheckpoint(path) : readNetwork(path), path);
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
      `there is no trained network of these arms and seeds in ${checkpoints}; \`npx flatenn train\` makes them`,
    );
  const out = options.out ?? join("data", "runs", `${name}-${profile}-${studyHash(study).slice(0, 8)}`);
  return { study, networks, results, checkpoints, out };
}

/** Does a job for each network: one in this process, several in processes of their own, side by side. */
export async function eachNetwork(
  command: string,
  networks: readonly NetworkKey[],
  { arm: _, seed: __, extension: ___, jobs = availableParallelism(), ...options }: NetworksOptions,
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
