import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { loadFaultMap } from "../../../src/experiments/fault-files/maps.js";
import { exportMaps } from "../../../src/experiments/verification/index.js";
import { drawFaultMap, faultModel } from "../../../src/faults/index.js";
import { lenet5, weightLayers } from "../../../src/networks/index.js";
import { findStudy, parseStudy } from "../../../src/studies/index.js";
import { temporaryFolder } from "../../support/cli.js";

const quick = findStudy("lenet5-fashion", "quick");
const layers = weightLayers(lenet5).map(({ name, weights }) => ({ name, weights }));
const names = (paths: readonly string[]) => paths.map((path) => basename(path));

describe("exported fault maps", () => {
  it("are read back as the maps that the study's trials draw", () => {
    const paths = exportMaps(quick, temporaryFolder(), [0, 7]);
    expect(names(paths)).toEqual([
      "lenet5-fashion-quick-map0.safetensors",
      "lenet5-fashion-quick-map7.safetensors",
    ]);
    expect(loadFaultMap(paths[1]!)).toEqual(
      drawFaultMap({ key: "lenet5-fashion-quick", index: 7, layers, bits: 4, ceiling: 0.1 }),
    );
  });

  it("are one for each kind of sites that the study's fault models strike", () => {
    const faults = ["flip", "sa0", "sa0/bits:0+3", "flip/rows:256x64", "sa1/rows:256x64"];
    const study = parseStudy({ ...quick, campaign: { ...quick.campaign, faults } });
    const paths = exportMaps(study, temporaryFolder(), [2]);
    expect(names(paths)).toEqual([
      "lenet5-fashion-quick-map2.safetensors",
      "lenet5-fashion-quick-map2-bits-0+3.safetensors",
      "lenet5-fashion-quick-map2-rows-256x64.safetensors",
    ]);
    const { sites } = faultModel("sa1/rows:256x64");
    expect(loadFaultMap(paths[2]!)).toEqual(
      drawFaultMap({ key: "lenet5-fashion-quick", index: 2, layers, bits: 4, ceiling: 0.1, sites }),
    );
  });

  it("are one more for arms of other bits", () => {
    const [first, ...others] = quick.arms;
    const arms = [first!, ...others.map((arm) => ({ ...arm, bits: { weights: 8, activations: 4 } }))];
    const paths = exportMaps(parseStudy({ ...quick, arms }), temporaryFolder(), [3]);
    expect(names(paths)).toEqual([
      "lenet5-fashion-quick-map3.safetensors",
      "lenet5-fashion-quick-map3-8bit.safetensors",
    ]);
    expect(paths.map((path) => loadFaultMap(path).bits)).toEqual([4, 8]);
  });

  it("are one more for arms with other bits in the first and last layer, and equal in the layers between", () => {
    const [first, ...others] = quick.arms;
    const arms = [first!, ...others.map((arm) => ({ ...arm, bits: { ...quick.bits, ends: 8 } }))];
    const paths = exportMaps(parseStudy({ ...quick, arms }), temporaryFolder(), [3]);
    expect(names(paths)).toEqual([
      "lenet5-fashion-quick-map3.safetensors",
      "lenet5-fashion-quick-map3-ends8.safetensors",
    ]);
    const [all, ends] = paths.map((path) => loadFaultMap(path).layers);
    expect(ends!.map(({ bits }) => bits)).toEqual([8, 4, 4, 4, 8]);
    expect(ends!.slice(1, 4)).toEqual(all!.slice(1, 4));
  });

  it("of a study that will be frozen are of the family that its campaign draws", () => {
    const paths = exportMaps(findStudy("lenet5-fashion", "full"), temporaryFolder(), [0]);
    expect(names(paths)[0]).toBe("lenet5-fashion-map0.safetensors");
    expect(new Set(paths.map((path) => loadFaultMap(path).key))).toEqual(new Set(["lenet5-fashion"]));
  });
});
