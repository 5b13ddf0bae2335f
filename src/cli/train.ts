import { trainNetwork } from "../experiments/campaign/train-network.js";
import { FLOAT, failureOf } from "../experiments/results/trained-network.js";
import { seedsOfArm } from "../experiments/study/arms.js";
import { trainedArmOf } from "../experiments/study/phases.js";

import { progressReporter } from "./progress-line.js";
import { openRun, type RunOptions, seedsOf } from "./selection.js";

export interface TrainOptions extends RunOptions {
  readonly arm?: string;
}

/** `flatenn train` */
export async function trainCommand(options: TrainOptions): Promise<void> {
  const { study, store } = openRun(options);
  const arms = options.arm ? [options.arm] : [FLOAT, ...study.arms.map(({ id }) => id)];
  for (const seed of seedsOf(study, options.seed))
    for (const arm of arms) {
      if (arm !== FLOAT && !seedsOfArm(study, trainedArmOf(study, arm)).includes(seed)) continue;
      const report = progressReporter(`train ${arm}, seed ${seed}`);
      const outcome = await trainNetwork(study, store, arm, seed, { onProgress: report.update });
      const failure = failureOf(study, store, arm, seed);
      if (failure) report.finish(`failed, which is recorded: ${failure.reason}`);
      else
        report.finish(outcome === "trained" ? `trained, ${store.checkpoint(arm, seed)}` : "already trained");
    }
}
