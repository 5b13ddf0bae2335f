import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadFaultModel } from "../../src/experiments/fault-files/load.js";

import { publishedDirectory, readTrials } from "../../src/experiments/results/index.js";
import { flatenn, temporaryFolder } from "../support/cli.js";

const MODULE = `export default { id: "none-flip", title: "nothing", apply: (stored) => stored };`;

it("a campaign, its verification and a replay take fault models of one's own from a file; a changed file is another model", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "harmless.mjs");
  writeFileSync(path, MODULE);
  const published = publishedDirectory("lenet5-fashion", "quick");
  const quick = JSON.parse(readFileSync(join(published, "study.json"), "utf8"));
  const study = join(folder, "study.json");
  const settings = { images: 200, maps: 2, rates: [0.01, 0.05] };
  const arms = quick.arms.filter(({ id }: { id: string }) => id === "standard");
  writeFileSync(study, JSON.stringify({ ...quick, arms, campaign: { ...quick.campaign, ...settings } }));
  const campaign = (out: string) => {
    const models = ["--fault", path, "--fault", "sa0/weights"];
    const networks = ["--checkpoints", join(published, "checkpoints")];
    return flatenn(["campaign", "--study", study, "--out", join(folder, out), ...networks, ...models]);
  };
  const first = await campaign("first");
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(first.stdout).toContain("nothing");
  expect(first.stdout).toContain("stuck-at-0, one bit per weight");

  const trials = await readTrials(join(folder, "first", "trials.parquet"));
  const { id } = await loadFaultModel(path);
  const clean = trials.find(({ fault }) => fault === "none")!;
  const own = trials.filter(({ fault }) => fault === id);
  expect(own.length).toBe(2 * 2);
  expect(
    own.every(({ correct, changed, faulty }) => correct === clean.correct && changed === 0 && faulty > 0),
  ).toBe(true);

  const results = ["--results", join(folder, "first")];
  // settings of one's own under the name of this program's study are no run of it, unless they are said to be one's own
  const foreign = await flatenn(["verify", ...results, "--fault", path]);
  expect([foreign.code, foreign.stdout]).toEqual([
    1,
    expect.stringContaining("campaign.maps 2, this program's study has 10"),
  ]);
  const models = ["--fault", path, "--fault", "sa0/weights"];
  const verified = await flatenn(["verify", "--all", "--study", study, ...results, ...models]);
  expect([verified.code, verified.stderr]).toEqual([0, ""]);
  const replayed = await flatenn(["replay", own[0]!.id, ...results, "--fault", path]);
  expect([replayed.code, replayed.stderr]).toEqual([0, ""]);
  const unknown = await flatenn(["verify", ...results]);
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringContaining(`${id} comes from a module that is not loaded`),
  ]);

  writeFileSync(path, MODULE.replace("nothing", "nothing again"));
  const again = await campaign("first");
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("holds a run with other settings")]);
}, 60_000);
