import { FLOAT, trainNetwork } from "../campaign/train-network.js";
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
      const report = progressReporter(`train ${arm}, seed ${seed}`);
      const trained = await trainNetwork(study, store, arm, seed, { onProgress: report.update });
      report.finish(trained ? `trained, ${store.checkpoint(arm, seed)}` : "already trained");
    }
}
