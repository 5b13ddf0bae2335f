import { availableParallelism } from "node:os";
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files/atomic.js";
import { lockRun } from "../base/files/lock.js";
import { toCsv } from "../exhibits/forms/table.js";
import { armStyles } from "../exhibits/style/arms.js";
import { precisionTable } from "../exhibits/tables/precision-table.js";
import { summaryTable } from "../exhibits/tables/summary-table.js";
import { FEWEST_MAPS, type Precision, runAdaptive } from "../experiments/campaign/adaptive.js";
import { type CampaignOutcome, runCampaign } from "../experiments/campaign/campaign.js";
import { exportDone, exportRun, publishRun } from "../experiments/campaign/publish.js";
import { saveFailure } from "../experiments/results/failures.js";
import type { Store } from "../experiments/results/store.js";
import { failureOf } from "../experiments/results/trained-network.js";
import type { NetworkKey } from "../experiments/study/arms.js";
import { armOf, networksOf } from "../experiments/study/arms.js";
import { aboutStudy } from "../experiments/study/definition.js";

import type { Study } from "../experiments/study/study.js";
import { untilInterrupted } from "./interrupts.js";
import { progressReporter } from "./progress-line.js";
import { checkpointsFor, loadFaults, openRun, type RunOptions, seedsOf } from "./selection.js";
import { tableText } from "./terminal.js";

/** `--max-maps` where it is not given. */
const DEFAULT_MAX_MAPS = 200;

export interface CampaignOptions extends RunOptions {
  readonly arm?: string;
  readonly checkpoints?: string;
  readonly fault: readonly string[];
  readonly jobs?: number;
  readonly precision?: number;
  readonly maxMaps?: number;
}

/** `flatenn campaign` */
export async function campaign(options: CampaignOptions): Promise<void> {
  const precision = precisionOf(options);
  const faults = await loadFaults(options.fault);
  const { study, store } = openRun(
    { ...options, faults, variant: variantOf(precision) },
    (study, directory) => checkpointsFor(study, directory, options.checkpoints),
  );
  lockRun(store.directory);
  console.log(`Trained networks from ${store.checkpoints}, trials into ${store.directory}`);
  if (options.arm !== undefined) armOf(study, options.arm);
  const seeds = seedsOf(study, options.seed);
  const networks = networksOf(study).filter(
    ({ arm, seed }) => (options.arm ?? arm) === arm && seeds.includes(seed),
  );
  if (precision) return measureTo(precision, study, store, networks, options.jobs);
  await injectFaultsInto(study, store, networks, options.jobs);
  const trials = await exportDone(study, store);
  const asked = new Set(networks.map(({ arm, seed }) => `${arm} ${seed}`));
  const main = trials.filter(({ arm, seed, encoding, layer }) => {
    return asked.has(`${arm} ${seed}`) && encoding === study.campaign.encoding && layer === "";
  });
  const isWhole = networks.length === networksOf(study).length;
  if (isWhole) await publishRun(study, store, trials);
  console.log(`\n${tableText(summaryTable(main, titlesOf(study)))}`);
  console.log(`Written: trials.parquet and summary.csv in ${store.directory}`);
  if (isWhole)
    console.log(`All networks are done: npx flatenn figures --results ${store.directory} draws them.`);
}

/** Runs the trials of networks that are not done yet, but for networks whose training failed, and says so. */
export async function injectFaultsInto(
  study: Study,
  store: Store,
  all: readonly NetworkKey[],
  workers = availableParallelism(),
): Promise<void> {
  const networks = all.filter(({ arm, seed }) => {
    const failure = failureOf(study, store, arm, seed);
    if (failure)
      console.log(`  ${arm}, seed ${seed} has no trials, since its training failed: ${failure.reason}`);
    if (failure) saveFailure(store, failure); // it may have been found beside networks from elsewhere
    return !failure;
  });
  const report = progressReporter("inject faults");
  const outcome = await untilInterrupted((signal) =>
    runCampaign(study, store, networks, { workers, onProgress: report.update, signal }),
  );
  report.finish(describe(outcome));
}

/** Campaigns to a given precision have folders of their own: their trials are other ones than the study's. */
function variantOf(precision: Precision | undefined): string {
  return precision ? `-precision-${precision.halfWidth}-${precision.maxMaps}` : "";
}

/** What `--precision` and `--max-maps` ask for; undefined for the study's number of maps. */
function precisionOf({ precision, maxMaps }: CampaignOptions): Precision | undefined {
  if (precision === undefined && maxMaps !== undefined)
    throw new UserError(
      `--max-maps ${maxMaps} limits the maps of --precision; name a precision too, or leave it out`,
    );
  if (maxMaps !== undefined && maxMaps < FEWEST_MAPS)
    throw new UserError(`--max-maps must be at least ${FEWEST_MAPS}, got ${maxMaps}`);
  return precision === undefined ? undefined : { halfWidth: precision, maxMaps: maxMaps ?? DEFAULT_MAX_MAPS };
}

/** Measures every cell of networks to a precision, and says what that took. */
async function measureTo(
  precision: Precision,
  study: Study,
  store: Store,
  networks: readonly NetworkKey[],
  workers = availableParallelism(),
): Promise<void> {
  const report = progressReporter("inject faults");
  const { cells, ids, run, fixed } = await untilInterrupted((signal) =>
    runAdaptive(study, store, networks, precision, { workers, onProgress: report.update, signal }),
  );
  report.finish(describe({ planned: ids.size, run }));
  await exportRun(study, store, ids);
  const table = precisionTable(cells, titlesOf(study));
  writeFileAtomic(join(store.directory, "precision.csv"), toCsv(table));
  console.log(`\n${tableText(table)}`);
  const late = cells.filter(({ reached }) => !reached);
  const widest = Math.max(...late.map(({ halfWidth }) => halfWidth));
  const difference = ids.size - fixed;
  console.log(
    [
      `${cells.length - late.length} of ${cells.length} cells are known to ± ${precision.halfWidth} points.`,
      late.length > 0 && `The others had ${precision.maxMaps} maps; the widest is ± ${widest.toFixed(2)}.`,
      `It took ${ids.size} trials, ${Math.abs(difference)} ${difference > 0 ? "more" : "fewer"} than the study's ` +
        `${study.campaign.maps} maps for every cell.`,
      `Written: trials.parquet, summary.csv and precision.csv in ${store.directory}`,
    ]
      .filter(Boolean)
      .join("\n"),
  );
}

function titlesOf(study: Study) {
  return armStyles({ study, ...aboutStudy(study) });
}

function describe({ planned, run }: CampaignOutcome): string {
  if (run === 0) return `all ${planned} trials already done`;
  return run === planned ? `${run} trials done` : `${run} trials done, ${planned - run} were there already`;
}
