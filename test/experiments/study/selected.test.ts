import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publishedDirectory } from "../../../src/experiments/results/index.js";
import { type CandidateRow, surveySelection } from "../../../src/experiments/selection/select.js";
import { selectionRecord } from "../../../src/experiments/selection/select-results.js";
import { armOf, findStudy } from "../../../src/studies/index.js";

const directory = publishedDirectory("lenet5-fashion", "selection");
const json = (path: string) => JSON.parse(readFileSync(join(directory, path), "utf8"));
const study = findStudy("lenet5-fashion", "selection");
const full = findStudy("lenet5-fashion", "full");
const candidates = readdirSync(join(directory, "candidates")).map(
  (name): CandidateRow => json(join("candidates", name)),
);

describe("the published selection", () => {
  it("follows by its rules from what was measured", () => {
    expect(selectionRecord(study, surveySelection(study, candidates))).toEqual(json("selection.json"));
    expect(json("study.json")).toEqual(JSON.parse(JSON.stringify(study)));
  });

  it("is what the full profile's arms are trained with", () => {
    const { choices } = json("selection.json");
    const chosen = (arm: string) => ({ ...armOf(full, arm).sparsification, ...armOf(full, arm).gradient });
    expect(chosen("as")).toMatchObject({ kind: "l1", alpha: choices.as });
    expect(chosen("as-high")).toMatchObject({ kind: "l1", alpha: choices["as-high"] });
    for (const arm of ["standard-saq", "as-saq", "as-high-saq"])
      expect(chosen(arm)).toMatchObject({ rule: "saq", rho: choices[arm] });
    for (const arm of ["sam-latent", "sam-requantized"])
      expect(chosen(arm)).toMatchObject({ rule: arm, rho: choices[arm] });
    expect(chosen("hoyer")).toMatchObject({ kind: "hoyer", alpha: choices.hoyer });
    expect(chosen("fatrelu")).toMatchObject({ kind: "fatrelu", threshold: choices.fatrelu });
    expect(armOf(full, "clipped").range).toEqual({ rule: "deviations", tau: choices.clipped });
  });

  it("was made with seeds, images and fault maps that the full profile does not evaluate on", () => {
    expect(study.seeds.filter((seed) => full.seeds.includes(seed))).toEqual([]);
    expect([study.campaign.split, full.campaign.split]).toEqual(["validation", "test"]);
    expect([study.exploratory, full.exploratory, full.frozen]).toEqual([true, false, true]);
  });
});
