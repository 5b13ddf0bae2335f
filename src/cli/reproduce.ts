import { availableParallelism } from "node:os";
import { UserError } from "../base/errors.js";
import { lockRun } from "../base/files/lock.js";
import { duration } from "../base/progress-text.js";
import { requireReadable } from "../experiments/campaign/images.js";
import { publishRun } from "../experiments/campaign/publish.js";
import { publishedDirectory, readResultsFrom } from "../experiments/results/results.js";
import type { Results } from "../experiments/results/rows.js";
import type { Store } from "../experiments/results/store.js";
import { dependenciesOf, FLOAT, failureOf, trainedNetwork } from "../experiments/results/trained-network.js";
import { armOf, networksOf, seedsOfArm } from "../experiments/study/arms.js";
import { sharedArms } from "../experiments/study/phases.js";
import type { Arm, Study } from "../experiments/study/study.js";
import { compareTrials } from "../experiments/verification/compare.js";
import { writeExhibits } from "../publishing/write-exhibits.js";
import { gradientKind } from "../training/gradients/rules.js";
import { injectFaultsInto } from "./campaign.js";
import { runTasks, type Task } from "./pool.js";
import { publishedClaims } from "./published-claims.js";
import { openRun, type RunOptions } from "./selection.js";
import { tableText } from "./terminal.js";

export interface ReproduceOptions extends RunOptions {
  /** Ids of the only arms to be done; empty for all. */
  readonly arm: readonly string[];
  readonly jobs?: number;
  readonly figures?: string;
}

/** `flatenn reproduce`: everything of a study, or of some of its arms, that is not done yet. */
export async function reproduce(options: ReproduceOptions): Promise<void> {
  const started = performance.now();
  const { study, store } = openRun(options);
  const wanted = options.arm.length > 0 ? options.arm.map((id) => armOf(study, id)) : study.arms;
  lockRun(store.directory);
  requireReadable(study); // says at once, not after the training, if the images may not be read
  console.log(`Study ${study.name}, profile ${study.profile}, in ${store.directory}`);
  const jobs = options.jobs ?? availableParallelism();
  await runTasks(plan(study, store, wanted, options), jobs);
  const networks = networksOf(study).filter(({ arm }) => wanted.some(({ id }) => id === arm));
  await injectFaultsInto(study, store, networks, jobs);
  const results = await publishRun(study, store);
  const { folder, gallery, exhibits } = await writeExhibits(results, {
    source: store.directory,
    out: options.figures,
  });
  console.log(`Tables and figures are in ${folder}; open ${gallery} in a browser to see them all`);
  console.log(`\n${tableText(exhibits.tables["networks"]!)}\n${tableText(exhibits.tables["claims"]!)}`);
  const published = await publishedClaims(study);
  if (published !== "") console.log(published);
  console.log(await againstPublished(results));
  console.log(`Done in ${duration((performance.now() - started) / 1000)}.`);
}

/**
 * What is still to be trained for these arms, the longest first, since the last task to end decides when all is done.
 */
function plan(study: Study, store: Store, wanted: readonly Arm[], options: ReproduceOptions): Task[] {
  const common = ["--study", options.study, "--profile", study.profile, "--out", store.directory];
  if (options.verbose) common.push("--verbose");
  const tasks: Task[] = [];
  const add = (title: string, outcome: string | false, args: string[], after: string[]) => {
    if (outcome) console.log(`  ${title}: ${outcome}`);
    else tasks.push({ title, args: [...args, ...common], after });
  };
  const training = (arm: string, seed: number) => `train ${arm}, seed ${seed}`;
  const outcomeOf = (arm: string, seed: number) =>
    (trainedNetwork(study, store, arm, seed) !== undefined && "already trained") ||
    (failureOf(study, store, arm, seed) !== undefined && "failed before");
  const addTraining = (arm: string, seed: number) => {
    const after = dependenciesOf(study, arm).map((needed) => training(needed, seed));
    add(training(arm, seed), outcomeOf(arm, seed), ["train", "--arm", arm, "--seed", String(seed)], after);
  };
  const cost = (arm: Arm) => gradientKind(arm.gradient).passes * (arm.epochsFactor ?? 1);
  const needed = new Set(wanted.flatMap(({ id }) => [id, ...dependenciesOf(study, id)]));
  const arms = study.arms.filter(({ id }) => needed.has(id)).sort((a, b) => cost(b) - cost(a));
  for (const seed of study.seeds) {
    addTraining(FLOAT, seed);
    const here = arms.filter((arm) => seedsOfArm(study, arm).includes(seed));
    for (const { id } of sharedArms({ ...study, arms: here })) addTraining(id, seed);
    for (const { id } of here) addTraining(id, seed);
  }
  return tasks;
}

/** How this run compares with the one that comes with the repository. */
async function againstPublished({ study, trials }: Results): Promise<string> {
  let published: Results;
  try {
    published = await readResultsFrom(publishedDirectory(study.name, study.profile));
  } catch (error) {
    if (error instanceof UserError) return "The repository holds no results of this study to compare with.";
    throw error;
  }
  const { shared, equal } = compareTrials(trials, published.trials);
  const same = `Of ${shared} trials that the repository's results have too, ${equal} have the same count of correct images.`;
  if (equal === shared) return same;
  return `${same}\nTraining on another kind of processor or with another TensorFlow differs in the last bits, and so in the trained networks.`;
}
