import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { publishRun } from "../../../src/experiments/campaign/publish.js";
import { openStore, readResultsFrom } from "../../../src/experiments/results/index.js";
import { checkManifest } from "../../../src/experiments/results/manifest.js";
import { findStudy, parseStudy } from "../../../src/studies/index.js";
import { contents, temporaryFolder } from "../../support/cli.js";

it("a run's folder is refused to a study with other settings", () => {
  const study = findStudy("lenet5-fashion", "quick");
  const folder = join(temporaryFolder(), "run");
  openStore(study, folder);
  expect(() => openStore({ ...study, seeds: [0, 1] }, folder)).toThrow("holds a run with other settings");
  openStore(study, folder);
});

it("a run whose study has other names and looks by now goes on; its settings have them as soon as it is published", async () => {
  const { judgement: _, ...study } = findStudy("lenet5-fashion", "quick");
  const folder = join(temporaryFolder(), "run");
  const stored = () => JSON.parse(readFileSync(join(folder, "study.json"), "utf8"));
  const shown = parseStudy({ ...study, presentation: { titles: { as: "sparse" } } });
  await publishRun(study, openStore(study, folder));
  expect(stored()).toEqual(study);
  const unshown = contents(folder);

  const results = await publishRun(shown, openStore(shown, folder));
  expect(stored()).toEqual(shown);
  expect(checkManifest(folder).problems).toEqual([]);
  for (const { presentation } of [results, await readResultsFrom(folder)])
    expect(presentation).toEqual({ titles: { as: "sparse" }, looks: {} });

  await publishRun(study, openStore(study, folder));
  expect(contents(folder)).toEqual(unshown);
  expect((await readResultsFrom(folder)).presentation.titles).toHaveProperty("as-saq", "AS");
});
