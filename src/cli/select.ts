import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { writeFileAtomic } from "../base/files/atomic.js";
import { lockRun } from "../base/files/lock.js";
import { duration } from "../base/progress-text.js";
import { toCsv } from "../exhibits/forms/table.js";
import { selectionTable } from "../exhibits/tables/selection-csv.js";
import type { Store } from "../experiments/results/store.js";
import { FLOAT, failureOf, trainedNetwork } from "../experiments/results/trained-network.js";
import { selectionOf, surveySelection } from "../experiments/selection/select.js";
import { readCandidates, runCandidate } from "../experiments/selection/select-network.js";
import { selectionRecord } from "../experiments/selection/select-results.js";
import { firstPhaseOf } from "../experiments/study/phases.js";
import type { Study } from "../experiments/study/study.js";
import { runTasks, type Task } from "./pool.js";
import { progressReporter } from "./progress-line.js";
import { openRun, type RunOptions } from "./selection.js";

export interface SelectOptions extends RunOptions {
  readonly jobs?: number;
}

/** `flatenn select`: trains and evaluates what the selection still lacks, round after round, until every stage is settled. */
export async function select(options: SelectOptions): Promise<void> {
  const started = performance.now();
  const { study, store } = openRun(options);
  selectionOf(study); // says at once if there is nothing to select
  lockRun(store.directory);
  console.log(`Selection for ${study.name}, in ${store.directory}`);
  for (;;) {
    const reports = writeSelection(study, store);
    const tasks = missingTasks(study, store, options);
    if (tasks.length === 0) {
      for (const { stage, choice, why } of reports)
        console.log(
          `  ${stage.id}: ${choice === null ? "nothing chosen" : `${stage.varies} ${choice}`} (${why})`,
        );
      break;
    }
    await runTasks(tasks, options.jobs ?? availableParallelism());
  }
  console.log(`selection.json and selection.csv are in ${store.directory}`);
  console.log(`Done in ${duration((performance.now() - started) / 1000)}.`);
}

export interface CandidateOptions extends RunOptions {
  readonly out: string;
  readonly arm: string;
  readonly seed: number;
}

/** `flatenn candidate`: one network of a selection. */
export async function candidate(options: CandidateOptions): Promise<void> {
  const { study, store } = openRun(options);
  const report = progressReporter(`${options.arm}, seed ${options.seed}`);
  const row = await runCandidate(study, store, options.arm, options.seed, { onProgress: report.update });
  report.finish(row.failure ?? "done");
}

/** The networks that are needed next, in the order of the stages, the float networks first. */
function missingTasks(study: Study, store: Store, options: SelectOptions): Task[] {
  const common = ["--study", options.study, "--profile", study.profile, "--out", store.directory];
  if (options.verbose) common.push("--verbose");
  const floatTitle = (seed: number) => `train ${FLOAT}, seed ${seed}`;
  const rows = readCandidates(study, store);
  const missing = surveySelection(study, rows).flatMap((report) => report.missing);
  const arms = [...new Map(missing.map((arm) => [arm.id, arm])).values()];
  const title = (id: string, seed: number) => `${id}, seed ${seed}`;
  const tasks = arms.flatMap((arm, i) => {
    // of candidates that go on from the same network the first one trains it, and the others wait for that
    const first = firstPhaseOf(study, arm)?.id;
    const trainer = arms.slice(0, i).find((other) => first && firstPhaseOf(study, other)?.id === first);
    const waits = (seed: number) => trainer && !existsSync(store.checkpoint(first!, seed));
    return study.seeds
      .filter((seed) => !rows.some((row) => row.arm === arm.id && row.seed === seed))
      .map((seed) => ({
        title: title(arm.id, seed),
        args: ["candidate", "--arm", arm.id, "--seed", String(seed), ...common],
        after: [floatTitle(seed), ...(waits(seed) ? [title(trainer!.id, seed)] : [])],
      }));
  });
  const isDone = (seed: number) =>
    trainedNetwork(study, store, FLOAT, seed) || failureOf(study, store, FLOAT, seed);
  const floats = study.seeds
    .filter((seed) => tasks.length > 0 && !isDone(seed))
    .map((seed) => ({
      title: floatTitle(seed),
      args: ["train", "--arm", FLOAT, "--seed", String(seed), ...common],
      after: [],
    }));
  return [...floats, ...tasks];
}

/** Writes what is known so far. */
function writeSelection(study: Study, store: Store) {
  const reports = surveySelection(study, readCandidates(study, store));
  const write = (name: string, text: string) => writeFileAtomic(join(store.directory, name), text);
  write("selection.json", `${JSON.stringify(selectionRecord(study, reports), null, 2)}\n`);
  write("selection.csv", toCsv(selectionTable(study, reports)));
  return reports;
}
