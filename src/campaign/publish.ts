import { existsSync } from "node:fs";
import { networkHash } from "../checkpoints/checkpoint.js";
import { writeManifest } from "../results/manifest.js";
import { resultsOf, writeResults } from "../results/results.js";
import type { Results, TrialRow } from "../results/rows.js";
import type { Store } from "../results/store.js";
import { failureOf, trainedNetwork } from "../results/trained-network.js";
import { readTrials } from "../results/trial-table.js";
import { openTrials, trialFiles } from "../results/trials.js";
import type { Study } from "../studies/study.js";
import { networksOf } from "./campaign.js";
import { planTrials } from "./plan.js";

/**
 * Turns what is done of a study into files that others read: `trials.parquet`, `summary.csv`, `results.json` and the
 * manifest. Networks that are not trained and measured yet are not in it. Equal results give equal bytes.
 */
export async function publishRun(study: Study, store: Store): Promise<Results> {
  const trials = await exportDone(study, store);
  const keys = networksOf(study);
  const failures = keys.flatMap(({ arm, seed }) => failureOf(study, store, arm, seed) ?? []);
  const networks = keys.flatMap(({ arm, seed }) => {
    const checkpoint = trainedNetwork(study, store, arm, seed);
    const row = store.network(arm, seed);
    return checkpoint && row?.network === networkHash(checkpoint) ? row : [];
  });
  const results = resultsOf(study, { networks, failures, trials });
  writeResults(store.directory, results);
  writeManifest(study, store.directory);
  return results;
}

/** Writes the trials that are done, of the networks that there are now, and gives them back. */
export async function exportDone(study: Study, store: Store): Promise<TrialRow[]> {
  const plans = networksOf(study).map((key) => {
    const network = trainedNetwork(study, store, key.arm, key.seed);
    return network ? planTrials(study, key, networkHash(network)) : [];
  });
  await exportRun(study, store, new Set(plans.flatMap((plan) => plan.map(({ id }) => id))));
  return readTrials(trialFiles(store.directory).parquet);
}

/** Writes the stored trials with these ids as `trials.parquet` and `summary.csv`; others go. */
export async function exportRun(study: Study, store: Store, wanted: ReadonlySet<string>): Promise<void> {
  if (await isExported(store, wanted)) return;
  const trials = await openTrials(study, store.directory);
  try {
    await trials.publish(wanted);
  } finally {
    trials.close();
  }
}

/** Whether the files hold no other trials already, and no database more. */
async function isExported({ directory }: Store, wanted: ReadonlySet<string>): Promise<boolean> {
  const { database, parquet, summary } = trialFiles(directory);
  if (existsSync(database) || !existsSync(parquet) || !existsSync(summary)) return false;
  return (await readTrials(parquet)).every(({ id }) => wanted.has(id));
}
