import { existsSync } from "node:fs";
import { networkHash } from "../checkpoints/checkpoint.js";
import type { Study } from "../studies/study.js";
import { networksOf, requireTrained } from "./campaign.js";
import { writeManifest } from "./manifest.js";
import { planTrials } from "./plan.js";
import { resultsOf, writeResults } from "./results.js";
import type { Results } from "./rows.js";
import type { Store } from "./store.js";
import { readTrials } from "./trial-table.js";
import { openTrials, trialFiles } from "./trials.js";

/**
 * Turns a study whose trials are all done into files that others read: `trials.parquet`, `summary.csv`, `results.json` and
 * the manifest. Equal results give equal bytes.
 */
export async function publishRun(study: Study, store: Store): Promise<Results> {
  await exportRun(study, store, wantedTrials(study, store));
  const networks = networksOf(study).map(({ arm, seed }) => store.network(arm, seed)!);
  const results = resultsOf(study, networks, await readTrials(trialFiles(store.directory).parquet));
  writeResults(store.directory, results);
  writeManifest(study, store.directory);
  return results;
}

/** Writes finished trials as `trials.parquet` and `summary.csv`. @param wanted their ids; others go */
export async function exportRun(study: Study, store: Store, wanted: ReadonlySet<string>): Promise<void> {
  if (await isExported(store, wanted)) return;
  const trials = await openTrials(study, store.directory);
  try {
    await trials.publish(wanted);
  } finally {
    trials.close();
  }
}

/** Whether the files hold these trials and no others already. */
async function isExported({ directory }: Store, wanted: ReadonlySet<string>): Promise<boolean> {
  const { database, parquet } = trialFiles(directory);
  if (existsSync(database) || !existsSync(parquet)) return false;
  const rows = await readTrials(parquet);
  return rows.length === wanted.size && rows.every(({ id }) => wanted.has(id));
}

function wantedTrials(study: Study, store: Store): Set<string> {
  const plans = networksOf(study).map(({ arm, seed }) =>
    planTrials(study, networkHash(requireTrained(study, store, arm, seed))),
  );
  return new Set(plans.flatMap((plan) => plan.map(({ id }) => id)));
}
