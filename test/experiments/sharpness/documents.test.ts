import { readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { riseRows } from "../../../src/analysis/predicted-rises.js";
import { temporaryPath } from "../../../src/base/files/atomic.js";
import {
  addFindings,
  openDocument,
  type SharpnessHead,
} from "../../../src/experiments/sharpness/documents.js";
import {
  changedSettings,
  documentPath,
  readDocuments,
  SHARPNESS,
} from "../../../src/experiments/sharpness/index.js";
import { deadProcess, temporaryFolder } from "../../support/cli.js";

describe("changedSettings()", () => {
  it("changes some and keeps the others", () => {
    expect(changedSettings({ rho: [1], maps: 3 })).toEqual({ ...SHARPNESS, rho: [1], maps: 3 });
  });

  it("refuses what is no setting, and values of another kind", () => {
    expect(() => changedSettings({ image: 3 })).toThrow(/must be among images, .*; there is no image$/);
    expect(() => changedSettings({ rho: 3 })).toThrow(
      "sharpness setting rho must be a list of numbers, got 3",
    );
    expect(() => changedSettings({ maps: [3] })).toThrow("must be a number, got [3]");
  });
});

describe("documents", () => {
  const head: SharpnessHead = {
    study: "test",
    profile: "test",
    arm: "as",
    seed: 3,
    network: "hash",
    model: "m",
    bits: { weights: 4, activations: 4 },
    encoding: "offset-binary",
    images: { dataset: "d", split: "train", key: ["k"], count: 1 },
    maps: "maps",
    settings: SHARPNESS,
  };
  const about = { layers: [], backend: {} };
  const measure = { id: "loss", value: 1, standardError: null, unit: "nats", radius: null } as const;
  const found = { measures: [{ ...measure, relativeRadius: null }] };

  it("hold what parts found, and are gone on with by the same network and settings only", () => {
    const folder = temporaryFolder();
    const path = documentPath(folder, head);
    expect(readDocuments(folder)).toEqual([]);
    addFindings(path, openDocument(path, head, about), "loss", found);
    const half = basename(temporaryPath(path)).replace(`.${process.pid}.`, `.${deadProcess()}.`);
    writeFileSync(join(folder, "sharpness", half), "half");
    const again = openDocument(path, head, about);
    expect([again.done, again.measures]).toEqual([["loss"], found.measures]);
    expect(readdirSync(join(folder, "sharpness"))).toEqual(["as-seed3.json"]); // the half-written one is gone
    expect(readDocuments(folder)).toEqual([again]);
    // another version of the study has the same network
    expect(openDocument(path, { ...head, profile: "later" }, about)).toEqual(again);
    for (const other of [
      { ...head, network: "other" },
      { ...head, settings: { ...SHARPNESS, maps: 3 } },
    ])
      expect(() => openDocument(path, other, about)).toThrow("another network or with other settings");
  });

  it("of another format are refused", () => {
    const path = join(temporaryFolder(), "x.json");
    writeFileSync(path, "{}");
    expect(() => openDocument(path, head, about)).toThrow(
      "must have the format flatenn-sharpness-1, got none",
    );
  });
});

describe("published documents", () => {
  it("are of terms that serve every rate: each rise that was measured has its prediction", () => {
    const documents = readDocuments("data/results/lenet5-fashion");
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents) {
      for (const terms of document.predictor)
        expect(Object.keys(terms)).toEqual(["fault", "layer", "slope", "curvature", "scatter"]);
      const rows = riseRows([document]);
      expect(rows.map(({ measured }) => measured)).toEqual(document.faultRises.map(({ value }) => value));
    }
  });
});
