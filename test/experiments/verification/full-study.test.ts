import { describe, expect, it } from "vitest";
import { publishedDirectory, readResultsFrom } from "../../../src/experiments/results/index.js";
import { readManifest } from "../../../src/experiments/results/manifest.js";
import { mainArms } from "../../../src/experiments/study/arms.js";
import { findStudy, studyHash } from "../../../src/studies/index.js";

const study = findStudy("lenet5-fashion", "full");
const directory = publishedDirectory(study.name, study.profile);

describe("the published full study", { timeout: 120_000 }, () => {
  it("has the settings that were frozen before its campaign read a test image", () => {
    expect(readManifest(directory).config).toBe(studyHash(study));
    expect(studyHash(study)).toBe("b8f12c3c036499d3d0ec4be1271950788ccd5faa76c65bd4c6bc62b2537b7e24");
  });

  it("has every trial of its six main arms with five seeds, on all test images", async () => {
    const { study: found, trials } = await readResultsFrom(directory);
    const [arms, { encoding }] = [mainArms(found), found.campaign];
    const own = trials.filter(
      (trial) => arms.includes(trial.arm) && trial.layer === "" && trial.encoding === encoding,
    );
    expect(arms).toHaveLength(6);
    expect(own).toHaveLength(6 * 5 * (1 + 3 * 7 * 50));
    expect(new Set(own.map(({ images }) => images))).toEqual(new Set([10_000]));
  });
});
