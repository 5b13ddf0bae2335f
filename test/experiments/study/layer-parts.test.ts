import { describe, expect, it } from "vitest";
import { layersOfPart } from "../../../src/experiments/study/layer-parts.js";
import { findStudy, parseStudy } from "../../../src/studies/index.js";

const LAYERS = ["stem", "s1b1.conv1", "s1b2.conv1", "s2b1.conv1", "fc"];
const layers = (part: string) => [...layersOfPart(part, LAYERS)];

describe("a part of a network", () => {
  it("is a layer, all of a beginning, all others, or all", () => {
    expect(layers("")).toEqual(LAYERS);
    expect(layers("fc")).toEqual(["fc"]);
    expect(layers("s1*")).toEqual(["s1b1.conv1", "s1b2.conv1"]);
    expect(layers("s*")).toEqual(LAYERS.slice(0, 4));
    expect(layers("!stem")).toEqual(LAYERS.slice(1));
    expect(layers("!s1*")).toEqual(["stem", "s2b1.conv1", "fc"]);
  });

  it("has no layer where nothing is called so", () => {
    for (const part of ["s", "s3*", "!", "*stem", "STEM"]) expect(layers(part), part).toEqual([]);
  });

  it("is the layer of just that name, if there is one", () => {
    expect([...layersOfPart("a*", ["a*", "ab"])]).toEqual(["a*"]);
    expect([...layersOfPart("!a", ["!a", "a"])]).toEqual(["!a"]);
  });

  it("must be one of the study's network, and stand once", () => {
    const quick = findStudy("lenet5-fashion", "quick");
    const study = (parts: unknown) => parseStudy({ ...quick, extras: [{ id: "parts", layers: parts }] });
    expect(study(["conv*", "!conv1"]).extras![0]!.layers).toEqual(["conv*", "!conv1"]);
    expect(() => study(["stem"])).toThrow(
      "stem is no part of lenet5, whose layers are conv1, conv2, fc1, fc2, fc3",
    );
    expect(() => study(["fc1", "fc1"])).toThrow("a part stands twice");
    expect(() => study([])).toThrow("extras.0.layers");
    expect(() => study("every")).toThrow("extras.0.layers");
  });
});
