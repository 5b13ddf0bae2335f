import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCampaign } from "../../../src/experiments/campaign/index.js";
import { exportDone, publishRun } from "../../../src/experiments/campaign/publish.js";
import { loadFaultModel } from "../../../src/experiments/fault-files/load.js";

import { openStore, publishedDirectory } from "../../../src/experiments/results/index.js";
import { readTrials } from "../../../src/experiments/results/trial-table.js";
import { parseStudy } from "../../../src/studies/index.js";
import { temporaryFolder } from "../../support/cli.js";
import { smallStudy } from "../../support/published.js";

const checkpoints = join(publishedDirectory("lenet5-fashion", "quick"), "checkpoints");

describe("runCampaign()", { timeout: 60_000 }, () => {
  it("reports how far the networks asked for are, whatever the folder has of others, and exports all", async () => {
    const store = openStore(smallStudy, join(temporaryFolder(), "run"), { checkpoints });
    const reports = async (arm: string) => {
      const seen: string[] = [];
      const onProgress = ({ done, of }: { done: number; of: number }) => seen.push(`${done} of ${of}`);
      await runCampaign(smallStudy, store, [{ arm, seed: 0 }], { workers: 1, onProgress });
      return seen;
    };
    const all = Array.from({ length: 9 }, (_, i) => `${i + 1} of 9`);
    expect(await reports("as")).toEqual(all);
    expect(await reports("as-saq")).toEqual(all);
    expect(await reports("as")).toEqual([]);
    const trials = await exportDone(smallStudy, store);
    expect(trials).toEqual(await readTrials(join(store.directory, "trials.parquet")));
    expect(await exportDone(smallStudy, store)).toEqual(trials);
    expect((await publishRun(smallStudy, store, trials)).trials).toEqual(trials);
  });

  it("says what happened where a fault model's file is edited before the workers have read it", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "mine.mjs");
    const module = `export default { id: "mine", title: "mine", apply: (stored) => stored };`;
    writeFileSync(path, module);
    const { id } = await loadFaultModel(path);
    const study = parseStudy({ ...smallStudy, campaign: { ...smallStudy.campaign, faults: [id] } });
    const store = openStore(study, join(folder, "run"), { checkpoints });
    writeFileSync(path, `${module}\n`);
    await expect(runCampaign(study, store, [{ arm: "as", seed: 0 }], { workers: 1 })).rejects.toThrow(
      `${path} was changed after the command had begun: it held the fault model ${id}, now it holds mine@`,
    );
  });
});
