import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type CampaignOutcome, type NetworkKey, networksOf, runCampaign } from "../campaign/campaign.js";
import { lockRun } from "../campaign/lock.js";
import { publishRun } from "../campaign/publish.js";
import { publishedDirectory } from "../campaign/results.js";
import type { Store } from "../campaign/store.js";
import { armOf } from "../studies/registry.js";
import type { Study } from "../studies/study.js";
import { untilInterrupted } from "./interrupts.js";
import { progressReporter } from "./progress-line.js";
import { openRun, type RunOptions, seedsOf } from "./selection.js";

export interface CampaignOptions extends RunOptions {
  readonly arm?: string;
  readonly checkpoints?: string;
  readonly jobs?: number;
}

/** `flatenn campaign` */
export async function campaign(options: CampaignOptions): Promise<void> {
  const { study, store } = openRun(options, checkpointsFor(options));
  lockRun(store.directory);
  console.log(`Trained networks from ${store.checkpoints}, trials into ${store.directory}`);
  const arms = options.arm ? [armOf(study, options.arm)] : study.arms;
  const seeds = seedsOf(study, options.seed);
  const networks = seeds.flatMap((seed) => arms.map(({ id }) => ({ arm: id, seed })));
  await injectFaultsInto(study, store, networks, options.jobs);
  if (networks.length < networksOf(study).length) return;
  await publishRun(study, store);
  console.log(`Results: trials.parquet, summary.csv and results.json in ${store.directory}`);
}

/** Runs the trials of networks that are not done yet, and says so. */
export async function injectFaultsInto(
  study: Study,
  store: Store,
  networks: readonly NetworkKey[],
  workers = availableParallelism(),
): Promise<void> {
  const report = progressReporter("inject faults");
  const outcome = await untilInterrupted((signal) =>
    runCampaign(study, store, networks, { workers, onProgress: report.update, signal }),
  );
  report.finish(describe(outcome));
}

function describe({ planned, run }: CampaignOutcome): string {
  if (run === 0) return `all ${planned} trials already done`;
  return run === planned ? `${run} trials done` : `${run} trials done, ${planned - run} were there already`;
}

/** Where trained networks come from: as told, else the run's own, else those that come with the repository. */
function checkpointsFor({ checkpoints }: CampaignOptions) {
  return (study: Study, directory: string) => {
    if (checkpoints !== undefined) return checkpoints;
    const own = join(directory, "checkpoints");
    const published = join(publishedDirectory(study.name, study.profile), "checkpoints");
    return existsSync(own) || !existsSync(published) ? own : published;
  };
}
