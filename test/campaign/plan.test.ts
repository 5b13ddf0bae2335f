import { describe, expect, it } from "vitest";
import { planTrials } from "../../src/campaign/index.js";
import { findStudy } from "../../src/studies/index.js";

const study = findStudy("lenet5-fashion", "quick");

describe("planTrials()", () => {
  const plan = planTrials(study, "network");

  it("is one trial without faults, and every fault type at every rate on every map", () => {
    expect(plan.length).toBe(1 + 3 * 7 * 10);
    expect(plan[0]).toMatchObject({ fault: "none", rate: 0, map: -1 });
    expect(new Set(plan.map(({ id }) => id)).size).toBe(plan.length);
  });

  it("names a trial by what decides its result: not by how many others there are", () => {
    const more = planTrials(
      { ...study, campaign: { ...study.campaign, maps: 11, faults: ["sa1", "flip"] } },
      "network",
    );
    const ids = new Set(more.map(({ id }) => id));
    expect(plan.filter(({ fault }) => fault === "flip").every(({ id }) => ids.has(id))).toBe(true);
  });

  it("gives other trials for another network, encoding, set of images or ceiling", () => {
    const first = (changes: object, network = "network") =>
      planTrials({ ...study, campaign: { ...study.campaign, ...changes } }, network)[5]!.id;
    const ids = [
      first({}),
      first({}, "other"),
      first({ encoding: "gray" }),
      first({ images: 1000 }),
      first({ ceiling: 0.2 }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
