import { runCampaign } from "../campaign/evaluate-network.js";
import { armOf } from "../studies/registry.js";
import { progressReporter } from "./progress-line.js";
import { openRun, type RunOptions, seedsOf } from "./selection.js";

export interface CampaignOptions extends RunOptions {
  readonly arm?: string;
}

/** `flatenn campaign` */
export async function campaign(options: CampaignOptions): Promise<void> {
  const { study, store } = openRun(options);
  const arms = options.arm ? [armOf(study, options.arm)] : study.arms;
  for (const seed of seedsOf(study, options.seed))
    for (const { id } of arms) {
      const report = progressReporter(`faults ${id}, seed ${seed}`);
      const done = await runCampaign(study, store, id, seed, { onProgress: report.update });
      report.finish(done > 0 ? `${done} trials done` : "all trials already done");
    }
}
