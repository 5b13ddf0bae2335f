import { availableParallelism } from "node:os";
import { join } from "node:path";
import { compareTrials } from "../campaign/compare.js";
import { isEvaluated } from "../campaign/evaluate-network.js";
import { requireReadable } from "../campaign/images.js";
import { lockRun } from "../campaign/lock.js";
import { planTrials } from "../campaign/plan.js";
import { publishedDirectory, readResultsFrom, resultsOf, writeResults } from "../campaign/results.js";
import type { Store } from "../campaign/store.js";
import { FLOAT, trainedNetwork } from "../campaign/train-network.js";
import { networkHash } from "../checkpoints/checkpoint.js";
import { UserError } from "../errors.js";
import { claimsTable } from "../exhibits/claims-table.js";
import { networkTable } from "../exhibits/network-table.js";
import type { Results } from "../exhibits/results.js";
import { toText } from "../exhibits/table.js";
import type { Study } from "../studies/study.js";
import { runTasks, type Task } from "./pool.js";
import { duration } from "./progress-line.js";
import { openRun, type RunOptions } from "./selection.js";
import { writeExhibits } from "./write-exhibits.js";

export interface ReproduceOptions extends RunOptions {
  readonly jobs?: number;
  readonly figures?: string;
}

/** `flatenn reproduce`: everything of a study that is not done yet. */
export async function reproduce(options: ReproduceOptions): Promise<void> {
  const started = performance.now();
  const { study, store } = openRun(options);
  lockRun(store.directory);
  requireReadable(study); // says at once, not after the training, if the images may not be read
  console.log(`Study ${study.name}, profile ${study.profile}, in ${store.directory}`);
  await runTasks(plan(study, store, options), options.jobs ?? availableParallelism());
  const results = finish(study, store);
  const folder = options.figures ?? join("figures", `${study.name}-${study.profile}`);
  console.log(`Tables and figures go to ${folder}`);
  await writeExhibits(results, folder);
  console.log(`\n${toText(networkTable(results))}\n${toText(claimsTable(results))}`);
  console.log(againstPublished(results));
  console.log(`Done in ${duration((performance.now() - started) / 1000)}.`);
}

/** What is still to be done, the longest first, since the last task to end decides when all is done. */
function plan(study: Study, store: Store, options: ReproduceOptions): Task[] {
  const common = ["--study", options.study, "--profile", study.profile, "--out", store.directory];
  if (options.verbose) common.push("--verbose");
  const tasks: Task[] = [];
  const add = (title: string, outcome: string | false, args: string[], after: string[]) => {
    if (outcome) console.log(`  ${title}: ${outcome}`);
    else tasks.push({ title, args: [...args, ...common], after });
  };
  const training = (arm: string, seed: number) => `train ${arm}, seed ${seed}`;
  const addTraining = (arm: string, seed: number, after: string[]) => {
    const outcome = trainedNetwork(study, store, arm, seed) !== undefined && "already trained";
    add(training(arm, seed), outcome, ["train", "--arm", arm, "--seed", String(seed)], after);
  };
  const cost = ({ gradient }: Study["arms"][number]) => (gradient.rule === "conventional" ? 1 : 2);
  const arms = [...study.arms].sort((a, b) => cost(b) - cost(a));
  for (const seed of study.seeds) {
    addTraining(FLOAT, seed, []);
    for (const { id } of arms) addTraining(id, seed, [training(FLOAT, seed)]);
  }
  for (const seed of study.seeds)
    for (const { id } of study.arms) {
      const outcome = isEvaluated(study, store, id, seed) && "all trials already done";
      const args = ["campaign", "--arm", id, "--seed", String(seed)];
      add(`faults ${id}, seed ${seed}`, outcome, args, [training(id, seed)]);
    }
  return tasks;
}

/** Merges what the tasks stored into the results of the run. */
function finish(study: Study, store: Store): Results {
  const wanted = study.seeds.flatMap((seed) =>
    study.arms.flatMap(({ id }) => planTrials(study, networkHash(trainedNetwork(study, store, id, seed)!))),
  );
  store.mergeTrials(new Set(wanted.map(({ id }) => id)));
  const networks = study.seeds.flatMap((seed) => study.arms.map(({ id }) => store.network(id, seed)!));
  const results = resultsOf(study, networks, store.trials());
  writeResults(store.directory, results);
  return results;
}

/** How this run compares with the one that comes with the repository. */
function againstPublished({ study, profile, trials }: Results): string {
  let published: Results;
  try {
    published = readResultsFrom(publishedDirectory(study, profile));
  } catch (error) {
    if (error instanceof UserError) return "The repository holds no results of this study to compare with.";
    throw error;
  }
  const { shared, equal } = compareTrials(trials, published.trials);
  const same = `Of ${shared} trials that the repository's results have too, ${equal} have the same count of correct images.`;
  if (equal === shared) return same;
  return `${same}\nTraining on another kind of processor or with another TensorFlow differs in the last bits, and so in the trained networks.`;
}
