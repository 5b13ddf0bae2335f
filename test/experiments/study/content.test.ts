import { describe, expect, it } from "vitest";
import { planTrials, trialSettings } from "../../../src/experiments/campaign/plan.js";
import { contentOf, modelHash, namedContentOf, withContent } from "../../../src/experiments/study/content.js";
import { lenet5 } from "../../../src/networks/index.js";
import { armHash, armOf, findStudy, floatHash, parseStudy, type Study } from "../../../src/studies/index.js";

const published = findStudy("lenet5-fashion", "full");
const mine: Study = { ...published, name: "mine" };
const arm = armOf(published, "as");
const other = {
  ...lenet5,
  nodes: lenet5.nodes.map((node) => ("filters" in node ? { ...node, filters: 4 } : node)),
};

describe("identity is content", () => {
  it("of a study of one's own: hashes of the model and of the data set, however the study writes them", () => {
    expect(contentOf(mine).model).toBe(modelHash(lenet5));
    expect(contentOf(mine).dataset).toMatch(/^[0-9a-f]{64}$/);
    expect(contentOf(withContent(mine))).toEqual(contentOf(mine));
    expect(contentOf(parseStudy(withContent(mine)))).toEqual(contentOf(mine));
    expect(namedContentOf(mine)).toEqual(contentOf(mine));
    expect(armHash(withContent(mine), arm, 0)).toBe(armHash(mine, arm, 0));
  });

  it("not of what a model is called, but of every number in it", () => {
    expect(modelHash({ ...lenet5, name: "another" })).toBe(modelHash(lenet5));
    expect(modelHash(other)).not.toBe(modelHash(lenet5));
    expect(modelHash({ ...lenet5, classes: 9 })).not.toBe(modelHash(lenet5));
  });

  it("of the study published before: names, as long as they stand for what they did", () => {
    expect(contentOf(published)).toEqual({ model: "lenet5", dataset: "fashion-mnist" });
    expect(namedContentOf(published)).toBeUndefined();
    expect(contentOf(withContent(published))).toEqual(contentOf(published));
    const { model, dataset } = contentOf(mine);
    expect(contentOf({ ...published, model: other })).toEqual({ model: modelHash(other), dataset });
    expect(contentOf({ ...published, dataset: { name: "fashion-mnist", sha256: "0".repeat(64) } })).toEqual({
      model,
      dataset: "0".repeat(64),
    });
    expect(contentOf({ ...published, version: 2 })).toEqual({ model, dataset });
  });

  it("decides networks and trials: another model or other files under the same names are others", () => {
    const changed: Study[] = [
      { ...published, model: other },
      { ...published, dataset: { name: "fashion-mnist", sha256: "0".repeat(64) } },
      mine,
    ];
    const ids = [published, ...changed].map((study) => armHash(study, arm, 0));
    expect(new Set(ids).size).toBe(4);
    const trials = [published, ...changed].map((study) => trialSettings(study).content);
    expect(new Set(trials.map((content) => JSON.stringify(content))).size).toBe(4);
  });
});

describe("a version that goes on with an earlier one", () => {
  const second = findStudy("lenet5-fashion", "version-2");
  const common = second.arms.filter(({ id }) => published.arms.some((each) => each.id === id));

  it("has its networks and trials where settings are equal, and others where they are not", () => {
    expect(second).toMatchObject({ version: 2, continues: 1 });
    expect(common).toHaveLength(11);
    expect(floatHash(second, 3)).toBe(floatHash(published, 3));
    for (const { id } of common)
      expect(armHash(second, armOf(second, id), 4)).toBe(armHash(published, armOf(published, id), 4));
    const conditions = (study: Study) => planTrials(study, { arm: "as", seed: 0 }, "0".repeat(64));
    const before = new Set(conditions(published).map(({ id }) => id));
    expect(conditions(second).every(({ id }) => before.has(id))).toBe(true);
    const { continues: _, ...alone } = second;
    expect(floatHash(alone, 3)).not.toBe(floatHash(published, 3));
  });

  it("goes on with an earlier one only", () => {
    expect(() => parseStudy({ ...second, continues: 2 })).toThrow(/continues: .*earlier version/);
  });
});
