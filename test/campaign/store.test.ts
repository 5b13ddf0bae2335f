import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openStore, planTrials } from "../../src/campaign/index.js";
import { parseTrials, printTrials } from "../../src/campaign/trials-csv.js";
import type { TrialRow } from "../../src/exhibits/index.js";
import { findStudy } from "../../src/studies/index.js";
import { temporaryFolder } from "../support/cli.js";

const study = findStudy("lenet5-fashion", "quick");
const row = (changes: Partial<TrialRow> = {}): TrialRow => ({
  id: "a1",
  arm: "as",
  seed: 0,
  fault: "flip",
  rate: 0.01,
  map: 3,
  correct: 1700,
  images: 2000,
  exposed: 245_880,
  faulty: 2459,
  changed: 2459,
  faultyByLayer: [10, 2449],
  changedByLayer: [10, 2449],
  ...changes,
});

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

describe("a run's folder", () => {
  it("keeps trials, each once, however often it was stored", () => {
    const store = openStore(study, join(temporaryFolder(), "run"));
    for (const id of ["a1", "b2", "a1"]) store.addTrial(row({ id }));
    expect(store.trials().map(({ id }) => id)).toEqual(["a1", "b2"]);
    store.mergeTrials(new Set(["a1", "b2"]));
    store.addTrial(row({ id: "b2" }));
    store.addTrial(row({ id: "c3" }));
    store.mergeTrials(new Set(["a1", "b2", "c3"]));
    expect(store.trials().map(({ id }) => id)).toEqual(["a1", "b2", "c3"]);
  });

  it("loses only the trial that a kill cut off in the middle of its line", () => {
    const folder = join(temporaryFolder(), "run");
    const store = openStore(study, folder);
    store.addTrial(row({ id: "a1" }));
    appendFileSync(
      join(folder, "unfinished", "trials", "as-seed0.jsonl"),
      `\n${JSON.stringify(row({ id: "b2" })).slice(0, 40)}`,
    );
    store.addTrial(row({ id: "c3" }));
    expect(store.trials().map(({ id }) => id)).toEqual(["a1", "c3"]);
  });

  it("writes the same trials.csv whatever the order in which trials were done", () => {
    const rows = [0.05, 0.001, 0.01].flatMap((rate) =>
      [2, 10, 1].map((map) => row({ id: `${rate}-${map}`, rate, map, correct: 1000 + map })),
    );
    const csv = (order: TrialRow[]) => {
      const folder = join(temporaryFolder(), "run");
      const store = openStore(study, folder);
      for (const trial of order) store.addTrial(trial);
      store.mergeTrials(new Set(order.map(({ id }) => id)));
      return readFileSync(join(folder, "trials.csv"), "utf8");
    };
    expect(csv([...rows].reverse())).toBe(csv(rows));
    expect(parseTrials(csv(rows)).map(({ rate, map }) => [rate, map])[1]).toEqual([0.001, 2]);
  });

  it("drops the trials of networks that have been replaced, and keeps what a running training has stored", () => {
    const folder = join(temporaryFolder(), "run");
    const store = openStore(study, folder);
    store.addTrial(row({ id: "old" }));
    store.addTrial(row({ id: "new" }));
    mkdirSync(join(folder, "unfinished"), { recursive: true });
    writeFileSync(join(folder, "unfinished", "as-seed1.safetensors"), "state");
    store.mergeTrials(new Set(["new"]));
    expect(store.trials().map(({ id }) => id)).toEqual(["new"]);
    expect(readdirSync(join(folder, "unfinished"))).toEqual(["as-seed1.safetensors"]);
  });

  it("is refused to a study with other settings", () => {
    const folder = join(temporaryFolder(), "run");
    openStore(study, folder);
    expect(() => openStore({ ...study, seeds: [0, 1] }, folder)).toThrow("holds a run with other settings");
    openStore(study, folder);
  });
});

describe("trials.csv", () => {
  it("reads back what was written, and is empty but for its head without trials", () => {
    const rows = [row(), row({ id: "b2", fault: "none", rate: 0, map: -1 })];
    expect(parseTrials(printTrials(rows))).toEqual([rows[0], rows[1]]);
    expect(parseTrials(printTrials([]))).toEqual([]);
  });

  it("that was cut off or has other columns is refused, with the line", () => {
    const text = printTrials([row()]);
    expect(() => parseTrials(text.slice(0, -8))).toThrow("line 2 of trials.csv is not a trial");
    expect(() => parseTrials("id,arm\n")).toThrow("trials.csv must have the columns id,arm,seed");
    const folder = join(temporaryFolder(), "run");
    const store = openStore(study, folder);
    writeFileSync(join(folder, "trials.csv"), "rubbish");
    expect(() => store.trials()).toThrow("trials.csv must have the columns");
  });
});
