import { describe, expect, it } from "vitest";
import { settingsHash } from "../../../src/base/settings-hash.js";
import { planTrials } from "../../../src/experiments/campaign/index.js";
import { resultsOf } from "../../../src/experiments/results/index.js";
import { resultsDocument } from "../../../src/experiments/results/results.js";
import {
  type Arm,
  armHash,
  findStudy,
  parseStudy,
  type Study,
  studyHash,
} from "../../../src/studies/index.js";
import { ALL_ARMS } from "../../support/selected.js";

const quick = findStudy("lenet5-fashion", "quick");
const all: Study = { ...quick, seeds: [0, 1, 2, 3, 4], arms: ALL_ARMS };

describe("groups and bases of arms", () => {
  // Golden values from before arms had groups: trained networks, stored trials and run folders are found by these hashes.
  it("decide no network, no trial and no run that has none", () => {
    expect(studyHash(quick)).toBe("dfadb1f4d28933a9175d84d9492fdb183e8405a85f20988fb95d9cb126641c57");
    expect(studyHash(findStudy("lenet5-fashion", "selection"))).toBe(
      "09d0706352744990d07785cc3459699f8546bf04d51aec77e4c13ab87337bb68",
    );
    const config = (id: string) => armHash(all, ALL_ARMS.find((arm) => arm.id === id)!, 0).slice(0, 12);
    expect(["standard", "as-saq", "standard-saq-frozen", "randbet-1", "fatrelu"].map(config)).toEqual([
      "d94112862a95",
      "f6d3705bcdfc",
      "e5c4ff41b6ea",
      "e15272816951",
      "f2e383bbb30c",
    ]);
    expect(["as-observed", "as-saq-w2a2", "standard-ends8", "as-middle-saq"].map(config)).toEqual([
      "26e345cc47e6",
      "b77845ac904e",
      "ec929cc128d7",
      "cf43294bb057",
    ]);
    const ids = planTrials(all, { arm: "as-observed", seed: 0 }, "nnnnnnnn").map(({ id }) => id);
    expect(settingsHash(ids)).toBe("4d670afe20b314fe0cd3522230d900e3e31fd35ada055af6deeffacd40bb1763");
  });

  it("say what the full study's controls and ablations differ from", () => {
    const { arms: full } = findStudy("lenet5-fashion", "full");
    expect(full.filter(({ group }) => group === undefined).map(({ id }) => id)).toEqual([
      "standard",
      "standard-saq",
      "as",
      "as-saq",
      "as-high",
      "as-high-saq",
    ]);
    const controls = full.filter(({ group }) => group === "control");
    expect(controls.map(({ base }) => base)).toEqual([...Array(8).fill("standard"), "as-high", "as-high"]);
    const ablations = full.filter(({ group }) => group === "ablation");
    expect(ablations.length).toBe(22);
    expect(ablations.find(({ id }) => id === "as-saq-w2a2")).toMatchObject({ base: "as-saq", seeds: 3 });
  });

  it("stand apart from the main arms in results, with their seeds", () => {
    const results = resultsOf(all, { networks: [], failures: [], trials: [] });
    const { arms, others } = resultsDocument(results);
    expect(arms.length).toBe(6);
    expect(others!.length).toBe(32);
    expect(others![0]).toEqual({ id: "standard-long", group: "control", seeds: 5 });
    expect(others!.at(-1)).toEqual({ id: "as-middle-saq", group: "ablation", seeds: 3 });
    expect(resultsDocument(resultsOf(quick, { networks: [], failures: [], trials: [] }))).not.toHaveProperty(
      "others",
    );
  });

  it("belong together: a main arm has no base, another arm has a main one", () => {
    const [standard] = quick.arms;
    const withArm = (changes: Partial<Arm>) => () =>
      parseStudy({ ...quick, arms: [...quick.arms, { ...standard, id: "extra", ...changes }] });
    expect(withArm({ group: "control", base: "as" })).not.toThrow();
    for (const wrong of [{ base: "as" }, { group: "control" }, { group: "control", base: "none" }] as const)
      expect(withArm(wrong as Partial<Arm>)).toThrow("must name a main arm as its base");
    expect(withArm({ group: "control", base: "extra" })).toThrow("must name a main arm as its base");
  });
});
