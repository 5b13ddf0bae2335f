import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { networksOf, publishRun, runCampaign } from "../../src/experiments/campaign/index.js";
import { openDatabase } from "../../src/experiments/results/database.js";
import {
  openStore,
  publishedDirectory,
  readTrials,
  type TrialRow,
} from "../../src/experiments/results/index.js";
import { writeManifest } from "../../src/experiments/results/manifest.js";
import { exportTrials } from "../../src/experiments/results/trial-table.js";
import { findStudy, parseStudy, type Study } from "../../src/studies/index.js";
import { temporaryFolder } from "./cli.js";

const quick = findStudy("lenet5-fashion", "quick");

/** A campaign of seconds on two of the committed networks: 18 trials on 100 images. */
export const smallStudy: Study = parseStudy({
  ...quick,
  profile: "small",
  arms: quick.arms.filter(({ id }) => id === "as" || id === "as-saq"),
  campaign: { ...quick.campaign, images: 100, maps: 2, rates: [0.01, 0.05], faults: ["flip", "sa1/bits:3"] },
});

/** The published results of a study for the tests of one file. */
export interface Published {
  /** Not to be altered. */
  readonly folder: string;
  /** Its trials, known when tests run. */
  readonly rows: readonly TrialRow[];
  /** A copy that a test may alter. */
  copy(): string;
}

/** Publishes a study of the committed networks before a file's tests, checkpoints included, and removes it after them. */
export function published(study: Study = smallStudy): Published {
  const folder = mkdtempSync(join(tmpdir(), "flatenn-published-"));
  let rows: readonly TrialRow[] = [];
  beforeAll(async () => {
    const checkpoints = join(publishedDirectory(quick.name, quick.profile), "checkpoints");
    cpSync(checkpoints, join(folder, "checkpoints"), { recursive: true });
    const store = openStore(study, folder);
    await runCampaign(study, store, networksOf(study), { workers: 1 });
    await publishRun(study, store);
    rows = await readTrials(join(folder, "trials.parquet"));
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    get rows() {
      return rows;
    },
    copy() {
      const copy = temporaryFolder();
      cpSync(folder, copy, { recursive: true });
      return copy;
    },
  };
}

/** Alters the trials of a folder as a forger would: in trials.parquet, summary.csv and the manifest. */
export async function alterTrials(folder: string, ...statements: string[]): Promise<void> {
  await alterRows(folder, ...statements);
  writeManifest(smallStudy, folder);
}

/** Alters the trials of a folder in trials.parquet and summary.csv alone. */
export async function alterRows(folder: string, ...statements: string[]): Promise<void> {
  const database = await openDatabase(":memory:");
  const parquet = join(folder, "trials.parquet");
  await database.connection.run(`CREATE TABLE trials AS SELECT * FROM read_parquet('${parquet}')`);
  for (const sql of statements) await database.connection.run(sql);
  await exportTrials(database, folder);
  database.close();
}

/** Changes a file, and the manifest with it, so that no checksum tells. @param change of a JSON file's value */
export function changeJson(folder: string, name: string, change: (value: never) => unknown): void {
  const path = join(folder, name);
  const changed = change(JSON.parse(readFileSync(path, "utf8")) as never);
  writeFileSync(path, `${JSON.stringify(changed, null, 2)}\n`);
  writeManifest(smallStudy, folder);
}
