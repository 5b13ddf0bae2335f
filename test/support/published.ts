import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { networksOf, publishRun, runCampaign } from "../../src/campaign/index.js";
import { openDatabase } from "../../src/results/database.js";
import { openStore, publishedDirectory } from "../../src/results/index.js";
import { writeManifest } from "../../src/results/manifest.js";
import { exportTrials } from "../../src/results/trial-table.js";
import { findStudy, parseStudy, type Study } from "../../src/studies/index.js";

const quick = findStudy("lenet5-fashion", "quick");

/** A campaign of seconds on two of the committed networks: 18 trials on 100 images. */
export const smallStudy: Study = parseStudy({
  ...quick,
  profile: "small",
  arms: quick.arms.filter(({ id }) => id === "as" || id === "as-saq"),
  campaign: { ...quick.campaign, images: 100, maps: 2, rates: [0.01, 0.05], faults: ["flip", "sa1/bits:3"] },
});

/** Publishes {@link smallStudy}, checkpoints included, into a folder. */
export async function publishSmallStudy(folder: string): Promise<void> {
  const checkpoints = join(publishedDirectory(quick.name, quick.profile), "checkpoints");
  cpSync(checkpoints, join(folder, "checkpoints"), { recursive: true });
  const store = openStore(smallStudy, folder);
  await runCampaign(smallStudy, store, networksOf(smallStudy));
  await publishRun(smallStudy, store);
}

/** Alters the trials of a folder as a forger would: in trials.parquet, summary.csv and the manifest. */
export async function alterTrials(folder: string, ...statements: string[]): Promise<void> {
  const database = await openDatabase(":memory:");
  const parquet = join(folder, "trials.parquet");
  await database.connection.run(`CREATE TABLE trials AS SELECT * FROM read_parquet('${parquet}')`);
  for (const sql of statements) await database.connection.run(sql);
  await exportTrials(database, folder);
  database.close();
  writeManifest(smallStudy, folder);
}

/** Changes a file, and the manifest with it, so that no checksum tells. @param change of a JSON file's value */
export function changeJson(folder: string, name: string, change: (value: never) => unknown): void {
  const path = join(folder, name);
  const changed = change(JSON.parse(readFileSync(path, "utf8")) as never);
  writeFileSync(path, `${JSON.stringify(changed, null, 2)}\n`);
  writeManifest(smallStudy, folder);
}
