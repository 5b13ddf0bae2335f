import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { campaignMap, injectTrial } from "../../../src/experiments/campaign/evaluate-trial.js";
import { planTrials, trainNetwork } from "../../../src/experiments/campaign/index.js";
import {
  dependenciesOf,
  FLOAT,
  failureOf,
  openStore,
  type Store,
  trainedNetwork,
} from "../../../src/experiments/results/index.js";
import { deploy } from "../../../src/inference/deploy.js";
import { integerClassifier } from "../../../src/inference/engine.js";
import { compile } from "../../../src/inference/program.js";
import { evaluate } from "../../../src/inference/reference.js";
import { networkHash, readCheckpoint } from "../../../src/networks/checkpoints/index.js";
import { lenet5 } from "../../../src/networks/index.js";
import { armHash, armOf, findStudy, floatHash, type Study } from "../../../src/studies/index.js";
import { clipValues } from "../../../src/training/health.js";
import { temporaryFolder } from "../../support/cli.js";
import { randomImages } from "../../support/integer-networks.js";

const quick = findStudy("lenet5-fashion", "quick");
const standard = armOf(quick, "standard");
const learningRate = 1e30; // no training survives it
const study: Study = {
  ...quick,
  name: "tiny",
  trainingImages: 256,
  float: { ...quick.float, epochs: 1 },
  quantized: { ...quick.quantized, epochs: 1 },
  arms: [
    standard,
    { ...standard, id: "frozen", range: { rule: "frozen", of: "standard" } },
    { ...standard, id: "long", epochsFactor: 2 },
    { ...standard, id: "two-bits", bits: { weights: 2, activations: 2 } },
    { ...standard, id: "ends", bits: { weights: 4, activations: 4, ends: 8 } },
    {
      id: "fatrelu",
      sparsification: { kind: "fatrelu", threshold: 0.3 },
      gradient: { rule: "conventional" },
    },
    { id: "hoyer", sparsification: { kind: "hoyer", alpha: 0.01 }, gradient: { rule: "saq", rho: 0.1 } },
  ],
};

describe("the networks of a study", { timeout: 120_000 }, () => {
  let store: Store;
  let outcomes: string[];
  beforeAll(async () => {
    store = openStore(study, mkdtempSync(join(tmpdir(), "flatenn-test-")));
    outcomes = [];
    for (const arm of [FLOAT, ...study.arms.map(({ id }) => id)])
      outcomes.push(await trainNetwork(study, store, arm, 0));
  }, 120_000);
  afterAll(() => rmSync(store.directory, { recursive: true, force: true }));
  const network = (arm: string) => trainedNetwork(study, store, arm, 0)!;

  it("are trained once", async () => {
    expect(outcomes).toEqual(Array(8).fill("trained"));
    expect(await trainNetwork(study, store, "frozen", 0)).toBe("done before");
    expect(failureOf(study, store, "frozen", 0)).toBe(undefined);
  });

  it("name the float network that they began with, by its hash", () => {
    expect(network("standard").origin.start).toBe(networkHash(network(FLOAT)));
    expect(network(FLOAT).origin).not.toHaveProperty("start");
  });

  it("with frozen clips have those of the arm they name", () => {
    const clips = (arm: string) =>
      Object.entries(clipValues(network(arm).parameters)).filter(([name]) => name.endsWith("weight_clip"));
    expect(clips("frozen")).toEqual(clips("standard").map(([name, clip]) => [name, Math.abs(clip)]));
    expect(clips("frozen")).not.toEqual(clips("long"));
    expect(network("frozen").parameters["fc1.weight"]).not.toEqual(
      network("standard").parameters["fc1.weight"],
    );
  });

  it("with a factor on their epochs have as many more", () => {
    expect(network("long").origin.epoch).toBe(2);
    expect(network("long").origin.curve.map(({ phase, epoch }) => `${phase} ${epoch}`)).toEqual([
      "float 1",
      "quantized 1",
      "quantized 2",
    ]);
  });

  it("carry their own bits and FATReLU's threshold", () => {
    expect(network("two-bits").origin.bits).toEqual({ weights: 2, activations: 2 });
    expect(network("ends").origin.bits).toEqual({ weights: 4, activations: 4, ends: 8 });
    expect(network("standard").origin.bits).toEqual(study.bits);
    expect(network("fatrelu").origin.threshold).toBe(0.3);
  });

  it("with 8 bits in the first and last layer are deployed, struck and evaluated with them, exactly", () => {
    const deployed = deploy(lenet5, network("ends"));
    expect(deployed.layers.map(({ codes }) => Math.max(...codes) > 15)).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
    const trial = planTrials(study, { arm: "ends", seed: 0 }, "network").find(
      ({ fault, rate }) => fault === "flip" && rate === 0.05,
    )!;
    const map = campaignMap(study, deployed, { index: trial.map, sites: undefined });
    const clean = injectTrial(deployed, { ...trial, map: -1 }, undefined);
    const struck = injectTrial(deployed, trial, map);
    const { faultyByLayer, changedByLayer } = struck;
    // Eight bits of 150 + 840 weights, four of 2,400 + 48,000 + 10,080.
    expect([clean.exposed, struck.exposed]).toEqual([249_840, 249_840]);
    expect(injectTrial(deployed, { ...trial, layer: "fc3" }, map).exposed).toBe(8 * 840);
    expect(changedByLayer).toEqual(faultyByLayer);
    for (const [i, bits] of [8 * 150, 4 * 2400, 4 * 48_000, 4 * 10_080, 8 * 840].entries())
      expect(Math.abs(faultyByLayer[i]! - 0.05 * bits)).toBeLessThan(4 * Math.sqrt(0.0475 * bits));

    const images = randomImages(20, lenet5.input, "ends");
    const indices = Uint32Array.from({ length: 20 }, (_, i) => i);
    const classifier = integerClassifier(deployed, images, indices);
    const program = compile(deployed);
    for (const { codes } of [clean, struck])
      expect([...classifier.classify(codes)]).toEqual(
        Array.from(
          indices,
          (i) => evaluate(program, codes, images.images.subarray(i * 784, (i + 1) * 784)).predicted,
        ),
      );
  });

  it("train under FATReLU and the Hoyer penalty: the loss is finite and the weights move", () => {
    for (const arm of ["fatrelu", "hoyer"]) {
      expect(network(arm).origin.curve.at(-1)!.loss).toBeGreaterThan(0);
      expect(network(arm).parameters["fc3.weight"]).not.toEqual(network(FLOAT).parameters["fc3.weight"]);
    }
  });
});

describe("a failed training", { timeout: 60_000 }, () => {
  it("is recorded with arm, seed, reason, epoch and step, is not tried again, and what needs it fails with its reason", async () => {
    const failing: Study = { ...study, name: "failing", quantized: { ...study.quantized, learningRate } };
    const store = openStore(failing, temporaryFolder());
    expect(await trainNetwork(failing, store, FLOAT, 0)).toBe("trained");
    const float = trainedNetwork(failing, store, FLOAT, 0)!;
    const config = armHash(failing, standard, 0);
    // of another TensorFlow, so that the training begins anew
    store.saveUnfinished({
      ...float,
      origin: { ...float.origin, arm: "standard", settingsHash: config, backend: {} },
    });
    expect(await trainNetwork(failing, store, "standard", 0)).toBe("failed");
    expect(readdirSync(join(store.directory, "unfinished"))).toEqual([]);
    const failure = failureOf(failing, store, "standard", 0)!;
    expect(failure).toMatchObject({
      arm: "standard",
      seed: 0,
      config,
      reason: expect.stringMatching(/^the loss is no longer finite in epoch 1 of arm standard/),
      epoch: 1,
    });
    expect(failure.step).toBeGreaterThan(0);
    const path = join(store.directory, "failed", "standard-seed0.json");
    const bytes = readFileSync(path, "utf8");
    expect(await trainNetwork(failing, store, "standard", 0)).toBe("done before");
    expect(readFileSync(path, "utf8")).toBe(bytes);
    expect(existsSync(store.checkpoint("standard", 0))).toBe(false);

    expect(await trainNetwork(failing, store, "frozen", 0)).toBe("failed");
    expect(failureOf(failing, store, "frozen", 0)).toMatchObject({
      reason: `it needs arm standard of this seed, which failed: ${failure.reason}`,
      epoch: 0,
      step: 0,
    });
    // other settings have not failed
    expect(failureOf(study, store, "standard", 0)).toBe(undefined);
  });

  it("of the float network is the failure of every arm of its seed", async () => {
    const failing: Study = { ...study, name: "failing-float", float: { ...study.float, learningRate } };
    const store = openStore(failing, temporaryFolder());
    expect(await trainNetwork(failing, store, FLOAT, 0)).toBe("failed");
    expect(await trainNetwork(failing, store, "standard", 0)).toBe("failed");
    expect(failureOf(failing, store, "standard", 0)!.reason).toContain("it needs arm float of this seed");
  });
});

it("an arm needs the float network of its seed, and one with frozen clips the arm that it names", () => {
  expect([FLOAT, "standard", "frozen"].map((arm) => dependenciesOf(study, arm))).toEqual([
    [],
    [FLOAT],
    [FLOAT, "standard"],
  ]);
});

describe("hashes of settings", () => {
  it("of the quick study are those of its published networks", () => {
    const read = (arm: string) =>
      readCheckpoint(`data/results/lenet5-fashion-quick/checkpoints/${arm}-seed0.safetensors`).origin
        .settingsHash;
    expect(floatHash(quick, 0)).toBe(read(FLOAT));
    for (const arm of quick.arms) expect(armHash(quick, arm, 0)).toBe(read(arm.id));
    expect(armHash(quick, standard, 0)).toBe(
      "d94112862a95c8d81b8911bfff65305ca19090f019ec517074d53cc211dc386c",
    );
  });

  it("change with every knob that decides a network, with the source of frozen clips and with RandBET's encoding", () => {
    const randbet = { ...standard, id: "randbet", gradient: { rule: "randbet", rate: 0.01 } } as const;
    const frozen = armOf(study, "frozen");
    const arms = [
      standard,
      ...(["epochsFactor", "range", "bits"] as const).map((knob) => {
        const changed = {
          epochsFactor: 2,
          range: { rule: "observed" },
          bits: { weights: 4, activations: 4 },
        } as const;
        return { ...standard, [knob]: changed[knob] };
      }),
      randbet,
      frozen,
    ];
    const hashes = arms.map((arm) => armHash(study, arm, 0));
    expect(new Set(hashes).size).toBe(arms.length);
    const source = { ...standard, epochsFactor: 2 };
    expect(armHash({ ...study, arms: [source, frozen] }, frozen, 0)).not.toBe(armHash(study, frozen, 0));
    const gray = { ...study, campaign: { ...study.campaign, encoding: "gray" as const } };
    expect(armHash(gray, randbet, 0)).not.toBe(armHash(study, randbet, 0));
    expect(armHash(gray, standard, 0)).toBe(armHash(study, standard, 0));
    expect(armHash(study, { ...standard, seeds: 1 }, 0)).toBe(armHash(study, standard, 0));
  });
});
