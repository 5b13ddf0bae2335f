import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/base/errors.js";
import { campaignImages } from "../../../src/experiments/campaign/index.js";
import { estimate } from "../../../src/experiments/planning/estimate.js";
import { lenet5, type Model } from "../../../src/networks/index.js";
import {
  allStudies,
  armHash,
  armOf,
  findStudy,
  floatHash,
  parseStudy,
  seedsOfArm,
  studyHash,
} from "../../../src/studies/index.js";

const quick = findStudy("lenet5-fashion", "quick");
const full = findStudy("lenet5-fashion", "full");
/** What `data/results/lenet5-fashion/checkpoints/float-seed0.safetensors` says of its settings. */
const PUBLISHED_FLOAT = "909d18f0d63aea4bda14953f5d1765f91ca5b74e2d4f9293e35af7a3a4adcae3";
/** A copy that may be spoiled. */
const copy = () => structuredClone(quick) as unknown as Record<string, unknown>;

describe("the studies there are", () => {
  it("are valid by their own schema", () => {
    for (const study of allStudies()) expect(parseStudy(study)).toEqual(study);
  });

  it("have docs/protocol.md's rates, seeds and maps in the full profile", () => {
    expect(full.campaign.rates).toEqual([0.001, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05]);
    expect([full.seeds.length, full.campaign.maps, full.float.epochs, full.quantized.epochs]).toEqual([
      5, 50, 12, 10,
    ]);
  });

  it("never let the quick profile near the test images", () => {
    expect(quick).toMatchObject({
      exploratory: true,
      frozen: false,
      campaign: { split: "validation", images: 2000 },
    });
  });

  it("refuse test images as long as they are not frozen", () => {
    expect(full).toMatchObject({ campaign: { split: "test" } });
    expect(() => campaignImages({ ...full, frozen: false })).toThrow(
      "which nothing reads before the study is frozen",
    );
  });
});

describe("the instruction set of a study", () => {
  const wide = parseStudy({ ...quick, instructionSet: "AVX512_CORE" });

  it("decides its networks, and where none is named every hash is as it was", () => {
    const arm = armOf(quick, "as");
    expect(floatHash(wide, 0)).not.toBe(floatHash(quick, 0));
    expect(armHash(wide, arm, 0)).not.toBe(armHash(quick, arm, 0));
    expect(quick).not.toHaveProperty("instructionSet");
    expect(floatHash(full, 0)).toBe(PUBLISHED_FLOAT);
  });

  it("is one that must be named: what is meant without it is not written", () => {
    for (const instructionSet of ["AVX2", "SSE41", null])
      expect(() => parseStudy({ ...quick, instructionSet })).toThrow("instructionSet");
  });
});

describe("parseStudy()", () => {
  const refusal = (change: (study: Record<string, unknown>) => void) => {
    const study = copy();
    change(study);
    try {
      parseStudy(study);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return (error as Error).message;
    }
    throw new Error("accepted");
  };

  it("refuses what no worker could do: another model, more images than there are, batches that none fills", () => {
    expect(refusal((study) => Object.assign(study, { model: "lenet6" }))).toMatch(
      /model: .*"lenet5".*got "lenet6"/,
    );
    expect(refusal((study) => Object.assign(study, { trainingImages: 55_001 }))).toMatch(
      /trainingImages: .*55000.*got 55001/,
    );
    expect(refusal((study) => Object.assign(study.campaign as object, { images: 5001 }))).toMatch(
      /campaign.images: must be at most the 5000 validation images of Fashion-MNIST, got 5001/,
    );
    const few = refusal((study) => Object.assign(study, { trainingImages: 100 }));
    expect(few).toMatch(/float.batch: must not be more than the 100 training images, got 128/);
    expect(few).toContain("quantized.batch");
  });

  it("refuses a model that does not read the data set's images, or has other classes", () => {
    const refused = (changes: Partial<Model>) =>
      expect(refusal((study) => Object.assign(study, { model: { ...lenet5, ...changes } })));
    refused({ input: [32, 32, 1] }).toContain(
      "model: lenet5 must read images of 28 x 28 x 1 in 10 classes, those of Fashion-MNIST; it reads 32 x 32 x 1 in 10",
    );
    const nodes = lenet5.nodes.map((node, i) =>
      node.op === "linear" && i === lenet5.nodes.length - 1 ? { ...node, units: 9 } : node,
    );
    refused({ classes: 9, nodes }).toContain("it reads 28 x 28 x 1 in 9");
  });

  it("refuses claims on arms or faults that the study lacks, but not their variants", () => {
    const claim = { id: "Q", statement: "s", better: "as", worse: "standard", paper: null };
    const judged = (faults: readonly string[], ...claims: object[]) =>
      refusal((study) => Object.assign(study, { judgement: { faults, claims } }));
    expect(judged(["flip"], { ...claim, worse: "x" })).toContain(
      'judgement.claims.0.worse: must be an arm of the study, standard, standard-saq, as, as-saq, got "x"',
    );
    expect(judged(["flip", "row"], claim)).toContain(
      'judgement.faults.1: must be among the campaign\'s, flip, sa0, sa1, got "row"',
    );
    const variant = { ...claim, worse: "x", variant: true };
    expect(() =>
      parseStudy({ ...copy(), judgement: { faults: ["flip"], claims: [claim, variant] } }),
    ).not.toThrow();
  });

  it("refuses fault sites that an arm's weights do not have, in extras those of the arms that they name", () => {
    const [standard, ...others] = quick.arms;
    const arms = [{ ...standard, bits: { weights: 2, activations: 4 } }, ...others];
    const faults = { faults: ["flip/bits:3"] };
    expect(
      refusal((study) => Object.assign(study, { arms, campaign: { ...quick.campaign, ...faults } })),
    ).toContain("campaign.faults.0");
    const extra = (arm: string) => ({ ...copy(), arms, extras: [{ id: "top", ...faults, arms: [arm] }] });
    expect(refusal((study) => Object.assign(study, extra("standard")))).toContain("extras.0.faults.0");
    expect(() => parseStudy(extra("as"))).not.toThrow();
    const wide = [{ ...standard, bits: { weights: 8, activations: 4 } }];
    const top = { ...quick.campaign, faults: ["flip/bits:7"] };
    expect(() => parseStudy({ ...copy(), arms: wide, campaign: top })).not.toThrow();
  });

  it("refuses an unknown key, at the top and deep inside, by name", () => {
    expect(refusal((s) => Object.assign(s, { epochs: 3 }))).toMatch(/unrecognized key.*epochs/i);
    expect(refusal((s) => Object.assign(s["float"] as object, { lr: 1 }))).toMatch(
      /float: unrecognized key.*lr/i,
    );
  });

  it("names the setting and the value that is wrong", () => {
    expect(refusal((s) => Object.assign(s["campaign"] as object, { rates: [1.5] }))).toMatch(
      /campaign\.rates\.0: .*got 1\.5/,
    );
    expect(refusal((s) => Object.assign(s["bits"] as object, { weights: 9 }))).toMatch(
      /bits\.weights: .*got 9/,
    );
    expect(refusal((s) => Object.assign(s["campaign"] as object, { faults: ["zap"] }))).toMatch(
      /campaign\.faults\.0: .*"zap"/,
    );
  });

  it("accepts every fault model by its id, and says what is wrong with another or does not fit the study", () => {
    const faults = ["flip", "sa0/bits:0+3", "asymmetric:0.1:1", "sa1/rows:256x64", "flip/weights"];
    expect(parseStudy({ ...quick, campaign: { ...quick.campaign, faults } }).campaign.faults).toEqual(faults);
    const refused = (fault: string, changes: object = {}) =>
      refusal((s) => Object.assign(s["campaign"] as object, { faults: ["flip", fault], ...changes }));
    expect(refused("flip/bits:3+0")).toMatch(/campaign\.faults\.1: .*must be written bits:0\+3/);
    expect(refused("flip/rows:256")).toMatch(/campaign\.faults\.1: sites must be .*got "flip\/rows:256"/);
    expect(refused("flip/bits:4")).toMatch(/campaign\.faults\.1: bit positions must be below 4/);
    const ends = (wide: number) => ({ ...quick, bits: { ...quick.bits, ends: wide } });
    const campaign = { ...quick.campaign, faults: ["flip/bits:3"] };
    expect(parseStudy({ ...ends(8), campaign }).bits.ends).toBe(8);
    expect(() => parseStudy({ ...ends(2), campaign })).toThrow(/bit positions must be below 2/);
    expect(refused("flip/weights", { ceiling: 0.3 })).toMatch(
      /campaign\.faults\.1: .*ceiling must not be above 0\.25/,
    );
  });

  it("refuses rates out of order or above the maps' ceiling, two arms of one id, an exploratory study on test images", () => {
    expect(refusal((s) => Object.assign(s["campaign"] as object, { rates: [0.02, 0.01] }))).toMatch(
      /must ascend/,
    );
    expect(refusal((s) => Object.assign(s["campaign"] as object, { rates: [0.2] }))).toMatch(/ceiling/);
    expect(refusal((s) => (s["arms"] as unknown[]).push(quick.arms[0]))).toMatch(/same id/);
    expect(refusal((s) => Object.assign(s["campaign"] as object, { split: "test" }))).toMatch(/exploratory/);
  });

  it("refuses an arm named float, and seeds or fault types that stand twice", () => {
    expect(refusal((s) => (s["arms"] as unknown[]).push({ ...quick.arms[0], id: "float" }))).toMatch(
      /float is taken/,
    );
    expect(refusal((s) => Object.assign(s, { seeds: [1, 1] }))).toMatch(/seed stands twice/);
    expect(refusal((s) => Object.assign(s["campaign"] as object, { faults: ["flip", "flip"] }))).toMatch(
      /stands twice/,
    );
  });

  it("refuses clips frozen at those of an arm that is not there or freezes too, and more seeds than there are", () => {
    const freezing = (of: string) =>
      refusal((s) =>
        (s["arms"] as unknown[]).push({ ...quick.arms[0], id: "f", range: { rule: "frozen", of } }),
      );
    expect(freezing("nowhere")).toMatch(/clips are frozen at those of an arm that the study does not have/);
    expect(freezing("f")).toMatch(/or that freezes too/);
    expect(refusal((s) => Object.assign((s["arms"] as object[])[0]!, { seeds: 2 }))).toMatch(
      /more seeds than/,
    );
  });

  it("refuses an extra campaign with an arm, seeds, rates or faults that the study cannot have, or an id twice", () => {
    const extras = (...all: object[]) => refusal((s) => Object.assign(s, { extras: all }));
    const extra = (changes: object) => extras({ id: "a" }, { id: "b", ...changes });
    expect(extra({ arms: ["as", "dense"] })).toMatch(/extras\.1\.arms: must be arms of the study/);
    expect(extra({ seeds: 2 })).toMatch(/extras\.1\.seeds: must not be more than the study's seeds, got 2/);
    expect(extra({ rates: [0.01, 0.2] })).toMatch(/extras\.1\.rates: must not exceed the ceiling/);
    expect(extra({ rates: [0.02, 0.01] })).toMatch(/extras\.1\.rates: must ascend/);
    expect(extra({ faults: ["flip", "flip"] })).toMatch(/extras\.1\.faults: a fault type stands twice/);
    expect(extra({ faults: ["flip/bits:4"] })).toMatch(/extras\.1\.faults\.0: bit positions must be below 4/);
    expect(extra({ encoding: "morse" })).toMatch(/extras\.1\.encoding: .*got "morse"/);
    expect(extra({ layers: ["fc9"] })).toMatch(
      /extras\.1\.layers: fc9 is no part of lenet5, whose layers are conv1/,
    );
    expect(extra({ layers: "fc1" })).toMatch(/extras\.1\.layers: .*got "fc1"/);
    expect(extra({ map: 3 })).toMatch(/extras\.1: unrecognized key.*map/i);
    expect(extra({ id: "a" })).toMatch(/two extra campaigns have the same id/);
  });

  it("refuses a stage of a selection that builds on a later one, and a grid out of order", () => {
    const [, as, , , saq] = structuredClone(findStudy("lenet5-fashion", "selection").selection!.stages);
    const selection = (stages: unknown[]) =>
      refusal((s) =>
        Object.assign(s, {
          selection: { tolerance: 0.01, sparsity: { target: 0.85, within: 0.02 }, extensions: 1, stages },
        }),
      );
    expect(selection([saq, as])).toMatch(/base of a stage must be an arm of the study or a stage before it/);
    expect(selection([{ ...as, grid: [2, 1] }])).toMatch(/must ascend/);
    expect(selection([as, as])).toMatch(/two stages have the same id/);
  });

  it("takes names and looks of arms, of which either may be absent, and refuses others than of its arms, by name", () => {
    const shown = (presentation: object) => ({ ...copy(), presentation });
    const look = { color: "#0072b2", dash: "dash", width: 2.5, marker: "diamond-open" };
    expect(parseStudy(shown({ titles: { as: "sparse" } })).presentation).toEqual({
      titles: { as: "sparse" },
      looks: {},
    });
    expect(parseStudy(shown({ looks: { as: look } })).presentation).toEqual({
      titles: {},
      looks: { as: look },
    });
    const refused = (presentation: object) =>
      expect(refusal((s) => Object.assign(s, { presentation })).replaceAll("\n", " "));
    refused({ titles: { az: "sparse" } }).toContain(
      'presentation.titles.az: must be of an arm of the study, standard, standard-saq, as, as-saq, got "sparse"',
    );
    refused({ titles: { as: " " } }).toMatch(/presentation\.titles\.as: .*got " "/);
    refused({ names: {} }).toMatch(/presentation: unrecognized key.*names/i);
    const wrong = { color: "blue", dash: "dashed", width: 0, marker: "heart" };
    for (const [key, value] of Object.entries(wrong))
      refused({ looks: { as: { ...look, [key]: value } } }).toContain(`presentation.looks.as.${key}: `);
    refused({ looks: { as: { ...look, colour: "#000000" } } }).toMatch(/unrecognized key.*colour/i);
    refused({ looks: { as: { color: "#000000" } } }).toContain("presentation.looks.as.marker: ");
  });

  it("refuses a frozen study on validation images: frozen is what lets it read the test images", () => {
    const { campaign } = quick;
    expect(refusal((s) => Object.assign(s, { exploratory: false, frozen: true, campaign }))).toMatch(
      /frozen: a frozen study evaluates on test images, .*campaign\.split must be test, or frozen false, got true/,
    );
  });

  it("refuses nothing at all", () => {
    expect(() => parseStudy(undefined)).toThrow(UserError);
  });
});

describe("the full profile's arms", () => {
  it("are the six arms and the controls with all seeds, and the ablations with three", () => {
    const ids = (seeds: number) =>
      full.arms.filter((arm) => seedsOfArm(full, arm).length === seeds).map(({ id }) => id);
    expect(ids(5)).toEqual([
      ...["standard", "standard-saq", "as", "as-saq", "as-high", "as-high-saq"],
      ...["standard-long", "standard-frozen", "standard-saq-frozen", "clipped", "randbet-0p1", "randbet-1"],
      ...["sam-latent", "sam-requantized", "hoyer", "fatrelu"],
    ]);
    expect(ids(5).length + ids(3).length).toBe(full.arms.length);
    expect(ids(3)).toEqual(
      expect.arrayContaining([
        "as-saq-observed",
        "standard-w2a2",
        "as-w8a8",
        "as-saq-ends8",
        "as-middle-saq",
      ]),
    );
  });
});

describe("the full profile's extra campaigns", () => {
  it("are three more encodings and one layer at a time, on the six arms and all seeds", () => {
    const six = ["standard", "standard-saq", "as", "as-saq", "as-high", "as-high-saq"];
    const shared = { arms: six, rates: [0.005, 0.01, 0.02, 0.05], maps: 20 };
    expect(full.extras).toEqual([
      ...["twos-complement", "sign-magnitude", "gray"].map((encoding) => ({
        ...shared,
        id: encoding,
        encoding,
      })),
      { ...shared, id: "layers", layers: "each" },
    ]);
    expect([quick.extras, findStudy("lenet5-fashion", "selection").extras]).toEqual([undefined, undefined]);
  });

  it("are counted by the plan: 57,600 trials beside those of the main campaign", () => {
    const speeds = { conventional: 1, twoPass: 1, trials: () => 1 };
    const { extras: _, ...main } = full;
    const trials = (study: typeof quick) => estimate(study, 55_000, speeds).trials;
    expect(trials(full) - trials(main)).toBe(6 * 5 * 20 * 4 * 3 * (3 + 5));
    expect(trials(quick)).toBe(4 * (1 + 3 * 7 * 10));
  });
});

describe("the arms with 8 bits in the first and last layer", () => {
  it("are the claims' four with that one change", () => {
    for (const id of ["standard", "standard-saq", "as", "as-saq"])
      expect(armOf(full, `${id}-ends8`)).toEqual({
        ...armOf(full, id),
        id: `${id}-ends8`,
        bits: { ...full.bits, ends: 8 },
        seeds: 3,
        group: "ablation",
        base: id,
      });
  });
});

describe("a study's hashes", () => {
  it("of the published profiles are those of their freezes, with names and looks of arms of its own too", () => {
    const hashes = { full: "b8f12c3c", "version-2": "b5a19218" };
    for (const [profile, hash] of Object.entries(hashes)) {
      const study = findStudy("lenet5-fashion", profile);
      expect(studyHash(study).slice(0, 8)).toBe(hash);
      const shown = parseStudy({ ...study, presentation: { titles: { as: "sparse" } } });
      expect(studyHash(shown)).toBe(studyHash(study));
      for (const arm of study.arms) expect(armHash(shown, arm, 0)).toBe(armHash(study, arm, 0));
    }
  });

  it("do not depend on the order of keys", () => {
    const reversed = Object.fromEntries(Object.entries(quick).reverse()) as unknown as typeof quick;
    expect(studyHash(reversed)).toBe(studyHash(quick));
  });

  it("of a network change with what decides it, and with nothing else", () => {
    const arm = armOf(quick, "as-saq");
    const hash = armHash(quick, arm, 0);
    expect(armHash({ ...quick, campaign: full.campaign, arms: full.arms }, arm, 0)).toBe(hash);
    expect(armHash(quick, arm, 1)).not.toBe(hash);
    expect(armHash(quick, { ...arm, gradient: { rule: "saq", rho: 0.3 } }, 0)).not.toBe(hash);
    expect(armHash({ ...quick, float: full.float }, arm, 0)).not.toBe(hash);
    expect(floatHash({ ...quick, quantized: { ...quick.quantized, epochs: 99 } }, 0)).toBe(
      floatHash(quick, 0),
    );
  });
});

it("an unknown study or arm is refused with a list of those there are", () => {
  expect(() => findStudy("resnet", "quick")).toThrow("there is: lenet5-fashion with profile quick");
  expect(() => armOf(quick, "dense")).toThrow(
    "arm must be one of standard, standard-saq, as, as-saq, got dense",
  );
});
