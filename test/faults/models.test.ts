import { describe, expect, it } from "vitest";
import { UserError } from "../../src/base/errors.js";
import {
  asymmetric,
  faultModel,
  flip,
  onSites,
  PLAIN_FAULTS,
  stuckAt0,
  stuckAt1,
} from "../../src/faults/index.js";

const IDS = [
  ["flip", "bit flip"],
  ["sa0", "stuck-at-0"],
  ["sa1", "stuck-at-1"],
  ["asymmetric:0.1:1", "asymmetric flip (0: 0.1, 1: 1)"],
  ["asymmetric:1:0", "asymmetric flip (0: 1, 1: 0)"],
  ["asymmetric:1e-7:1", "asymmetric flip (0: 1e-7, 1: 1)"],
  ["sa0/bits:3", "stuck-at-0, bit 3"],
  ["flip/bits:0+3", "bit flip, bits 0 and 3"],
  ["flip/bits:0+2+7", "bit flip, bits 0, 2 and 7"],
  ["sa1/rows:256x64", "stuck-at-1, rows of 256 x 64 arrays"],
  ["flip/columns:1x1", "bit flip, columns of 1 x 1 arrays"],
  ["asymmetric:0.5:0.25/weights", "asymmetric flip (0: 0.5, 1: 0.25), one bit per weight"],
] as const;

describe("faultModel", () => {
  it("gives every id the model of that id, with a title to read", () => {
    for (const [id, title] of IDS) expect(faultModel(id)).toMatchObject({ id, title });
    expect(["flip", "sa0", "sa1"].map(faultModel)).toEqual([flip, stuckAt0, stuckAt1]);
  });

  it("is what effect and sites make of each other", () => {
    expect(faultModel("asymmetric:0.1:1").relativeRate).toEqual({ zero: 0.1, one: 1 });
    expect(faultModel("sa0/bits:3").sites).toEqual({ kind: "bits", positions: [3] });
    expect(faultModel("sa0/columns:256x64").sites).toEqual({ kind: "columns", rows: 256, columns: 64 });
    expect(JSON.stringify(faultModel("asymmetric:0.1:1/weights"))).toBe(
      JSON.stringify(onSites(asymmetric(0.1, 1), { kind: "weights" })),
    );
    expect(faultModel("sa0/rows:2x2").apply).toBe(stuckAt0.apply);
  });

  it("refuses an id it does not know and says how ids are written, with an example", () => {
    for (const id of [
      "sa2",
      "",
      "FLIP",
      "asymmetric",
      "asymmetric:1",
      "asymmetric::1",
      "flip/weights/weights",
    ]) {
      expect(() => faultModel(id)).toThrow(UserError);
      expect(() => faultModel(id)).toThrow(
        /^fault model must be flip, sa0, sa1 or asymmetric:<zero>:<one>, .*for example flip, sa0\/bits:3/,
      );
      expect(() => faultModel(id)).toThrow(new RegExp(`, got ${id}$`));
    }
    for (const id of [
      "flip/",
      "flip/bits",
      "flip/bits:",
      "flip/bits:a",
      "flip/rows:3",
      "flip/columns:x4",
      "flip/weight",
    ])
      expect(() => faultModel(id), id).toThrow(
        `sites must be bits:<positions>, rows:<rows>x<columns>, columns:<rows>x<columns> or weights, for example bits:0+3 or rows:256x64, got ${id.slice(5)}`,
      );
  });

  it("accepts one spelling of each id, and names it", () => {
    for (const [other, right] of [
      ["asymmetric:0.10:1", "fault model asymmetric:0.10:1 must be written asymmetric:0.1:1"],
      ["asymmetric:1e-1:1.0/weights", "fault model asymmetric:1e-1:1.0 must be written asymmetric:0.1:1"],
      ["flip/bits:3+0", "sites bits:3+0 must be written bits:0+3"],
      ["flip/bits:0,3", "sites bits:0,3 must be written bits:0+3"],
      ["flip/bits:3+3", "sites bits:3+3 must be written bits:3"],
      ["flip/bits:03", "sites bits:03 must be written bits:3"],
      ["sa0/rows:0256x64", "sites rows:0256x64 must be written rows:256x64"],
      ["sa0/rows:256x64:2", "sites rows:256x64:2 must be written rows:256x64"],
    ] as const)
      expect(() => faultModel(other)).toThrow(right);
  });

  it("has examples in its error that are ids", () => {
    let message = "";
    try {
      faultModel("sa2");
    } catch (error) {
      message = (error as Error).message;
    }
    const examples = /for example (.*), got sa2$/.exec(message)?.[1]?.split(/, | or /);
    expect(examples).toHaveLength(3);
    for (const id of examples!) expect(faultModel(id).id).toBe(id);
  });

  it("refuses numbers that no memory has", () => {
    expect(() => faultModel("asymmetric:0:0")).toThrow("one of them above 0, got 0 and 0");
    expect(() => faultModel("asymmetric:2:1")).toThrow(
      "must be in [0, 1] and one of them above 0, got 2 and 1",
    );
    expect(() => faultModel("asymmetric:x:1")).toThrow("got NaN and 1");
    expect(() => faultModel("flip/bits:8")).toThrow("bit positions must be ascending integers from 0 to 7");
    expect(() => faultModel("flip/rows:0x8")).toThrow(
      "rows of an array must be an integer from 1 to 65536, got 0",
    );
    expect(() => faultModel("flip/columns:8x65537")).toThrow(
      "columns of an array must be an integer from 1 to 65536",
    );
  });
});

describe("PLAIN_FAULTS", () => {
  it("are the effects without parameters, each by itself and known by its id alone", () => {
    expect(PLAIN_FAULTS).toEqual([flip, stuckAt0, stuckAt1]);
    for (const model of PLAIN_FAULTS) {
      expect(faultModel(model.id)).toBe(model);
      expect(Object.keys(model)).toEqual(["id", "title", "apply"]);
    }
  });
});

describe("onSites", () => {
  it("refuses sites that are none, and a model that has some", () => {
    expect(() => onSites(flip, { kind: "bits", positions: [] })).toThrow("at least one, got");
    expect(() => onSites(flip, { kind: "bits", positions: [3, 0] })).toThrow(
      "ascending integers from 0 to 7",
    );
    expect(() => onSites(flip, { kind: "planes" } as never)).toThrow(
      "kind of sites must be one of bits, rows, columns, weights, got planes",
    );
    expect(() => onSites(flip, { kind: "weights", bits: 3 } as never)).toThrow(
      "sites of kind weights has no option bits; its only option is kind",
    );
    expect(() => onSites(flip, { kind: "toString" } as never)).toThrow("kind of sites must be one of");
    expect(() => onSites(faultModel("flip/weights"), { kind: "weights" })).toThrow(
      "fault model flip/weights already has sites",
    );
  });
});
