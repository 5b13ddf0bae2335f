import { join } from "node:path";
import { expect, it } from "vitest";
import { openStore } from "../../../src/experiments/results/index.js";
import { findStudy } from "../../../src/studies/index.js";
import { temporaryFolder } from "../../support/cli.js";

it("a run's folder is refused to a study with other settings", () => {
  const study = findStudy("lenet5-fashion", "quick");
  const folder = join(temporaryFolder(), "run");
  openStore(study, folder);
  expect(() => openStore({ ...study, seeds: [0, 1] }, folder)).toThrow("holds a run with other settings");
  openStore(study, folder);
});
