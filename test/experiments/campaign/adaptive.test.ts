import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runAdaptive } from "../../../src/experiments/campaign/index.js";
import { exportRun } from "../../../src/experiments/campaign/publish.js";
import { openStore, publishedDirectory } from "../../../src/experiments/results/index.js";
import { readTrials } from "../../../src/experiments/results/trial-table.js";
import { meanConfidenceSequence } from "../../../src/statistics/index.js";
import { findStudy, type Study } from "../../../src/studies/index.js";
import { temporaryFolder } from "../../support/cli.js";

const quick = findStudy("lenet5-fashion", "quick");
const study: Study = { ...quick, campaign: { ...quick.campaign, images: 100, rates: [0.001, 0.03] } };
const checkpoints = join(publishedDirectory(quick.name, quick.profile), "checkpoints");
const networks = [{ arm: "as", seed: 0 }];
const precision = { halfWidth: 3, maxMaps: 18 };

describe("a campaign to a given precision", { timeout: 60_000 }, () => {
  it("looks at each cell after 10, 15, … maps and stops it as soon as its interval is narrow enough", async () => {
    const store = openStore(study, join(temporaryFolder(), "run"), { checkpoints });
    const reports: number[][] = [];
    const onProgress = ({ done, of }: { done: number; of: number }) => reports.push([done, of]);
    const { cells, ids, run, fixed } = await runAdaptive(study, store, networks, precision, { onProgress });
    // no cell has more than 18 maps, some have fewer: what is left is known better and better, and never nothing too early
    expect(reports[0]).toEqual([1, 1 + 3 * 2 * 18]);
    expect(reports.at(-1)).toEqual([ids.size, ids.size]);
    expect(reports.slice(0, -1).every(([done, of]) => done! < of!)).toBe(true);
    await exportRun(study, store, ids);
    const trials = await readTrials(join(store.directory, "trials.parquet"));
    expect(cells.length).toBe(3 * 2);
    expect([run, trials.length, fixed]).toEqual([ids.size, ids.size, 1 + 3 * 2 * 10]);
    for (const { fault, rate, maps, accuracy, halfWidth, reached } of cells) {
      const own = trials.filter((trial) => trial.fault === fault && trial.rate === rate);
      expect(own.map(({ map }) => map)).toEqual(Array.from({ length: maps }, (_, map) => map));
      const at = (count: number) =>
        meanConfidenceSequence(
          own.slice(0, count).map(({ correct }) => correct),
          { leastSd: 1 },
        );
      expect(accuracy).toBeCloseTo(at(maps).mean, 10);
      expect(halfWidth).toBeCloseTo(at(maps).halfWidth, 10);
      expect(reached).toBe(halfWidth <= precision.halfWidth);
      expect([10, 15, 18]).toContain(maps);
      if (!reached) expect(maps).toBe(18);
      else if (maps > 10) expect(at(10).halfWidth).toBeGreaterThan(precision.halfWidth);
    }
    expect(new Set(cells.map(({ reached }) => reached))).toEqual(new Set([true, false]));
  });

  it("interrupted after some trials, and with another number of workers, ends with the same bytes", async () => {
    const bytes = async (workers: number, interrupt: boolean) => {
      const store = openStore(study, join(temporaryFolder(), "run"), { checkpoints });
      if (interrupt) {
        const controller = new AbortController();
        const stopped = runAdaptive(study, store, networks, precision, {
          workers,
          signal: controller.signal,
          onProgress: ({ done }) => done === 25 && controller.abort(),
        });
        await expect(stopped).rejects.toThrow("aborted");
      }
      const { ids, run } = await runAdaptive(study, store, networks, precision, { workers });
      if (interrupt) expect(run).toBeLessThan(ids.size);
      await exportRun(study, store, ids);
      return readFileSync(join(store.directory, "trials.parquet"), "latin1");
    };
    expect(await bytes(2, true)).toBe(await bytes(1, false));
  });

  it("refuses a precision or a number of maps that makes no sense", async () => {
    const store = openStore(study, join(temporaryFolder(), "run"), { checkpoints });
    const wrong = (changes: object) => runAdaptive(study, store, networks, { ...precision, ...changes });
    await expect(wrong({ halfWidth: 0 })).rejects.toThrow("between 0 and 100 percentage points, got 0");
    await expect(wrong({ maxMaps: 5 })).rejects.toThrow("at least 10, got 5");
  });
});
