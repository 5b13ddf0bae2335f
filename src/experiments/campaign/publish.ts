import { existsSync } from "node:fs";
import { networkHash } from "../../networks/checkpoints/checkpoint.js";
import { writeManifest } from "../results/manifest.js";
import { resultsOf, writeResults } from "../results/results.js";
import type { Results, TrialRow } from "../results/rows.js";
import { type Store, updatePresentation } from "../results/store.js";
import { failureOf, trainedNetwork } from "../results/trained-network.js";
import { readTrials } from "../results/trial-table.js";
import { openTrials, trialFiles } from "../results/trials.js";
import { networksOf } from "../study/arms.js";
import type { Study } from "../study/study.js";

import { planTrials } from "./plan.js";

/**
 * Turns what is done of a study into files that others read: `trials.parquet`, `summary.csv`, `results.json` and the
 * manifest. Networks that are not trained and measured yet are not in it. Equal results give equal bytes.
 * @param trials what {@link exportDone} gave, if it was called for the same state of the store
 */
export async function publishRun(study: Study, store: Store, trials?: readonly TrialRow[]): Promise<Results> {
  const exported = trials ?? (await exportDone(study, store));
  const keys = networksOf(study);
  const failures = keys.flatMap(({ arm, seed }) => failureOf(study, store, arm, seed) ?? []);
  const networks = keys.flatMap(({ arm, seed }) => {
    const checkpoint = trainedNetwork(study, store, arm, seed);
    const row = store.network(arm, seed);
    return checkpoint && row?.network === networkHash(checkpoint) ? row : [];
  });
  const results = resultsOf(study, { networks, failures, trials: exported });
  writeResults(store.directory, results);
  updatePresentation(study, store.directory);
  writeManifest(study, store.directory);
  return results;
}

/** Writes the trials that are done, of the networks that there are now, and gives them back. */
export async function exportDone(study: Study, store: Store): Promise<readonly TrialRow[]> {
  const plans = networksOf(study).map((key) => {
    const network = trainedNetwork(study, store, key.arm, key.seed);
    return network ? planTrials(study, key, networkHash(network)) : [];
  });
  return exportRun(study, store, new Set(plans.flatMap((plan) => plan.map(({ id }) => id))));
}

/** Writes the stored trials with these ids as `trials.parquet` and `summary.csv`, and gives them back; others go. */
export async function exportRun(
  study: Study,
  store: Store,
  wanted: ReadonlySet<string>,
): Promise<readonly TrialRow[]> {
  const exported = await exportedTrials(store);
  if (exported?.every(({ id }) => wanted.has(id))) return exported;
  const trials = await openTrials(study, store.directory);
  try {
    return await trials.publish(wanted);
  } finally {
    trials.close();
  }
}

/** The trials of the files, if they are written and no database holds more. */
async function exportedTrials({ directory }: Store): Promise<readonly TrialRow[] | undefined> {
  const { database, parquet, summary } = trialFiles(directory);
  if (existsSync(database) || !existsSync(parquet) || !existsSync(summary)) return undefined;
  return readTrials(parquet);
}
