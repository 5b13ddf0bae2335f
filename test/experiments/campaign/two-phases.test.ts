import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trainNetwork } from "../../../src/experiments/campaign/index.js";
import { estimate } from "../../../src/experiments/planning/estimate.js";
import {
  dependenciesOf,
  FLOAT,
  openStore,
  readCurves,
  type Store,
  trainedNetwork,
} from "../../../src/experiments/results/index.js";
import { checkpointPath } from "../../../src/experiments/results/store.js";
import { firstPhaseOf, sharedArms } from "../../../src/experiments/study/phases.js";
import { parseStudy } from "../../../src/experiments/study/schema.js";
import { armWith } from "../../../src/experiments/study/selection.js";
import { curveProblems } from "../../../src/experiments/verification/check-curve.js";
import { checkNetworks } from "../../../src/experiments/verification/check-networks.js";
import { type Checkpoint, networkHash, writeCheckpoint } from "../../../src/networks/checkpoints/index.js";
import { type Arm, armHash, armOf, findStudy, type Study } from "../../../src/studies/index.js";

const quick = findStudy("lenet5-fashion", "quick");
const standard: Arm = {
  id: "standard",
  sparsification: { kind: "none" },
  gradient: { rule: "conventional" },
};
const saq: Arm = { ...standard, id: "standard-saq", gradient: { rule: "saq", rho: 0.1 } };
const sparse: Arm = { ...standard, id: "as", sparsification: { kind: "l1", alpha: 1e-3 } };
const once: Arm = { ...saq, id: "published-saq", phases: "one" };
const study: Study = {
  ...quick,
  name: "two-phases",
  trainingImages: 256,
  float: { ...quick.float, epochs: 1 },
  quantized: { ...quick.quantized, epochs: 2 },
  second: { ...quick.quantized, epochs: 1, learningRate: 1e-3 },
  arms: [standard, saq, sparse, once],
};

describe("arms of a study in two phases", () => {
  it("share the network of the first where they differ in their gradient rule alone, a selection's candidates too", () => {
    const ids = [standard, saq, sparse, armWith(standard, "saq", 0.4)].map(
      (arm) => firstPhaseOf(study, arm)?.id,
    );
    expect(ids[0]).toMatch(/^shared-[0-9a-f]{10}$/);
    expect([ids[1], ids[3]]).toEqual([ids[0], ids[0]]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(firstPhaseOf(study, once)).toBeUndefined();
    expect(sharedArms(study).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect(dependenciesOf(study, "standard-saq")).toEqual([ids[0]]);
    expect([dependenciesOf(study, "published-saq"), dependenciesOf(study, ids[0]!)]).toEqual([
      [FLOAT],
      [FLOAT],
    ]);
  });

  it("are other networks with another second phase; those of one phase are the same", () => {
    const other = { ...study, second: { ...study.second!, epochs: 2 } };
    const changes = (arm: Arm) => armHash(other, arm, 0) !== armHash(study, arm, 0);
    expect([standard, saq, sparse, once].map(changes)).toEqual([true, true, true, false]);
    expect(changes(sharedArms(study)[0]!)).toBe(false);
    const { second: _, ...single } = study;
    expect(sharedArms(single)).toEqual([]);
  });

  it("keep the statistics of their rule when a number is varied", () => {
    const stored: Arm = { ...standard, gradient: { rule: "conventional", statistics: "stored" } };
    expect(armWith(stored, "saq", 0.4).gradient).toEqual({ rule: "saq", rho: 0.4, statistics: "stored" });
    expect(armWith(standard, "saq", 0.4).gradient).toEqual({ rule: "saq", rho: 0.4 });
  });

  it("are checked: an arm of one phase needs a second, and no arm is called as a shared network", () => {
    expect(parseStudy(study)).toEqual(study);
    const { second: _, ...single } = study;
    expect(() => parseStudy(single)).toThrow(
      "an arm says that it has one phase, in a study without a second",
    );
    expect(() => parseStudy({ ...study, arms: [{ ...standard, id: "shared-x" }] })).toThrow(
      "ids that begin with shared-",
    );
    expect(() => parseStudy({ ...study, second: { ...study.second, batch: 257 } })).toThrow("second.batch");
  });
});

it("the plan of a study in two phases counts what arms share once", () => {
  const speeds = { conventional: 100, twoPass: 50, trials: () => 1 };
  const { steps, networks, trainingSeconds } = estimate(study, 256, speeds);
  const each = 256 / 128; // steps an epoch: float 1; shared 2, for two; second 1, for three; one arm of one phase with 2
  expect(steps).toBe(each * (1 + 2 * 2 + 3 + 2));
  expect(networks).toBe(1 + 4 + 2);
  expect(trainingSeconds).toBeCloseTo((256 * (1 + 2 * 2 + 2)) / 100 + (256 * (1 + 2)) / 50, 6);
});

describe("training in two phases", { timeout: 120_000 }, () => {
  let store: Store;
  beforeAll(async () => {
    store = openStore(study, mkdtempSync(join(tmpdir(), "flatenn-test-")));
    for (const arm of [FLOAT, "standard-saq", "standard", "published-saq"])
      await trainNetwork(study, store, arm, 0);
  }, 120_000);
  afterAll(() => rmSync(store.directory, { recursive: true, force: true }));
  const network = (arm: string) => trainedNetwork(study, store, arm, 0)!;
  const shared = firstPhaseOf(study, standard)!.id;

  it("trains the shared network where it is not there, and both arms go on from it, their epochs counted on", async () => {
    expect(network(shared).origin.start).toBe(networkHash(network(FLOAT)));
    for (const arm of ["standard", "standard-saq"]) {
      expect(network(arm).origin.start).toBe(networkHash(network(shared)));
      expect(network(arm).origin.curve.map(({ phase, epoch }) => `${phase} ${epoch}`)).toEqual([
        "float 1",
        "quantized 1",
        "quantized 2",
        "quantized 3",
      ]);
    }
    expect(networkHash(network("standard"))).not.toBe(networkHash(network("standard-saq")));
    expect(await trainNetwork(study, store, shared, 0)).toBe("done before");
    expect(armOf(study, "standard")).toBe(standard);
  });

  it("gives curves whose schedules and beginnings verification finds as the study has them", () => {
    const [float, first, arm, once] = [FLOAT, shared, "standard", "published-saq"].map(network);
    const problems = (checkpoint: Checkpoint, start: Checkpoint, of: Study = study) =>
      curveProblems(of, { arm: checkpoint.origin.arm, seed: 0 }, checkpoint, start);
    expect([problems(first!, float!), problems(arm!, first!), problems(once!, float!)]).toEqual([[], [], []]);
    expect(problems(arm!, once!)).toEqual(["begins otherwise than that of published-saq of seed 0"]);
    const faster = { ...study, second: { ...study.second!, learningRate: 2e-3 } };
    expect(problems(arm!, first!, faster)).toEqual([
      expect.stringMatching(/^has the learning rate .* in epoch 4, by the study it is/),
    ]);
    expect(problems(once!, float!, faster)).toEqual([]);
  });

  it("is held against the shared network by verification, and the shared one against the float one", () => {
    const problems = (checkpoints: string) =>
      checkNetworks(study, store.directory, { checkpoints, trials: [] }).problems.filter((problem) =>
        problem.includes("began with"),
      );
    expect(problems(store.checkpoints)).toEqual([]);
    const altered = mkdtempSync(join(tmpdir(), "flatenn-test-"));
    cpSync(store.checkpoints, altered, { recursive: true });
    const { origin } = network(shared);
    writeCheckpoint(checkpointPath(altered, origin), {
      origin: { ...origin, start: "another" },
      parameters: network("published-saq").parameters,
    });
    expect(problems(altered)).toEqual([
      expect.stringContaining(
        `${shared}, seed 0 began with the float network another, the checkpoint of float`,
      ),
      expect.stringContaining("standard, seed 0 began with the network "),
      expect.stringContaining("standard-saq, seed 0 began with the network "),
    ]);
    rmSync(altered, { recursive: true, force: true });
  });

  it("shows the curves of arms, which hold what they share", () => {
    const arms = new Set(readCurves(store.checkpoints).map(({ arm }) => arm));
    expect([...arms].sort()).toEqual([FLOAT, "published-saq", "standard", "standard-saq"]);
  });

  it("in one phase starts from the float network", () => {
    expect(network("published-saq").origin.start).toBe(networkHash(network(FLOAT)));
    expect(network("published-saq").origin.epoch).toBe(2);
  });
});
