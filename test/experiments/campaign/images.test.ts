import { describe, expect, it } from "vitest";
import { campaignImages } from "../../../src/experiments/campaign/images.js";
import { planTrials } from "../../../src/experiments/campaign/plan.js";
import { findStudy, parseStudy, type Study } from "../../../src/studies/index.js";

const quick = findStudy("lenet5-fashion", "quick");
const full = findStudy("lenet5-fashion", "full");
const stratified = (study: Study, images: number): Study =>
  parseStudy({ ...study, campaign: { ...study.campaign, images, stratified: true } });
const perClass = ({ dataset: { labels }, indices }: ReturnType<typeof campaignImages>) => {
  const counts = new Array<number>(10).fill(0);
  for (const i of indices) counts[labels[i]!]!++;
  return counts;
};

describe("stratified images of a campaign", () => {
  it("are as many of each class, each image once", () => {
    for (const study of [stratified(quick, 200), stratified(full, 2000)]) {
      const chosen = campaignImages(study);
      expect(new Set(chosen.indices).size).toBe(study.campaign.images);
      expect(perClass(chosen)).toEqual(new Array(10).fill(study.campaign.images! / 10));
    }
  });

  it("are the first of their class in the split's keyed order, so that fewer are a part of more", () => {
    const all = new Set(campaignImages(stratified(quick, 1000)).indices);
    const few = campaignImages(stratified(quick, 100)).indices;
    expect(few.every((i) => all.has(i))).toBe(true);
    const { dataset, indices } = campaignImages({ ...quick, campaign: { ...quick.campaign, images: null } });
    const zeros = (from: Uint32Array) => [...from].filter((i) => dataset.labels[i] === 0);
    expect(zeros(few)).toEqual(zeros(indices).slice(0, 10));
  });

  it("of the test set are in a keyed order, not that of the file", () => {
    const { indices } = campaignImages(stratified(full, 100));
    expect([...indices].sort((a, b) => a - b)).not.toEqual([...indices]);
    expect(Math.max(...indices)).toBeGreaterThan(5000);
  });

  it("make other trials, and where they are not asked for trials keep their ids", () => {
    const id = (study: Study) => planTrials(study, { arm: "as", seed: 0 }, "n")[0]!.id;
    expect(id(stratified(quick, 2000))).not.toBe(id(quick));
    expect(quick.campaign).not.toHaveProperty("stratified");
  });

  it("must be a number that the classes divide, and that every class has", () => {
    expect(() => stratified(quick, 105)).toThrow("must be a multiple of the 10 classes");
    expect(() =>
      parseStudy({ ...quick, campaign: { ...quick.campaign, images: null, stratified: true } }),
    ).toThrow("must be a number where the images are stratified");
    expect(() => campaignImages(stratified(quick, 5000))).toThrow(
      "as many as give every class its share, got 5000",
    );
  });
});
