import { describe, expect, it } from "vitest";
import { planTrials } from "../../../src/experiments/campaign/index.js";
import { readResults } from "../../../src/experiments/results/index.js";
import { type ExtraCampaign, findStudy, parseStudy } from "../../../src/studies/index.js";

const study = findStudy("lenet5-fashion", "quick");
const KEY = { arm: "as", seed: 0 };

describe("planTrials()", () => {
  const plan = planTrials(study, KEY, "network");

  it("is one trial without faults, and every fault type at every rate on every map", () => {
    expect(plan.length).toBe(1 + 3 * 7 * 10);
    expect(plan[0]).toMatchObject({ fault: "none", rate: 0, map: -1 });
    expect(new Set(plan.map(({ id }) => id)).size).toBe(plan.length);
  });

  it("names a trial by what decides its result: not by how many others there are", () => {
    const more = planTrials(
      { ...study, campaign: { ...study.campaign, maps: 11, faults: ["sa1", "flip"] } },
      KEY,
      "network",
    );
    const ids = new Set(more.map(({ id }) => id));
    expect(plan.filter(({ fault }) => fault === "flip").every(({ id }) => ids.has(id))).toBe(true);
  });

  it("gives other trials for another network, encoding, set of images or ceiling", () => {
    const first = (changes: object, network = "network") =>
      planTrials({ ...study, campaign: { ...study.campaign, ...changes } }, KEY, network)[5]!.id;
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

describe("planTrials() with extra campaigns", () => {
  const gray = { id: "gray", encoding: "gray", rates: [0.01], maps: 2, faults: ["flip", "sa1"] } as const;
  const layers = { id: "layers", layers: "each", rates: [0.05], maps: 1, faults: ["sa0"] } as const;
  const plan = (extras: readonly ExtraCampaign[], key = KEY) =>
    planTrials(parseStudy({ ...study, extras }), key, "network");
  const main = planTrials(study, KEY, "network");

  it("begins with the main campaign, whose trials stay the same, and goes on with each extra, map by map", () => {
    const trials = plan([gray, layers]);
    expect(trials.slice(0, main.length)).toEqual(main);
    expect(main.every(({ encoding, layer }) => encoding === "offset-binary" && layer === "")).toBe(true);
    const added = trials.slice(main.length).map(({ id: _, ...condition }) => condition);
    const shared = { encoding: "offset-binary", fault: "sa0", rate: 0.05, map: 0 };
    expect(added).toEqual([
      ...[0, 1].flatMap((map) =>
        ["flip", "sa1"].map((fault) => ({ encoding: "gray", layer: "", fault, rate: 0.01, map })),
      ),
      ...["conv1", "conv2", "fc1", "fc2", "fc3"].map((layer) => ({ ...shared, layer })),
    ]);
    expect(new Set(trials.map(({ id }) => id)).size).toBe(trials.length);
  });

  it("keeps the ids of the committed results", async () => {
    const { trials, networks } = await readResults("lenet5-fashion", "quick");
    const { network } = networks.find(({ arm }) => arm === "as")!;
    const own = planTrials(parseStudy({ ...study, extras: [gray] }), KEY, network).map(({ id }) => id);
    const published = new Set(trials.filter(({ arm }) => arm === "as").map(({ id }) => id));
    expect(own.map((id) => published.has(id))).toEqual(own.map((_, i) => i < main.length));
  });

  it("has a trial once that two extras or the main campaign have", () => {
    const wider = { ...gray, id: "wider", maps: 3 };
    expect(plan([gray, wider])).toEqual(plan([wider]));
    expect(plan([{ id: "again", rates: [0.01], maps: 5 }])).toEqual(main);
  });

  it("adds to the arms and seeds that an extra names only", () => {
    expect(plan([{ ...gray, arms: ["standard"] }])).toEqual(main);
    const seeds = { ...study, seeds: [0, 1], extras: [{ ...gray, seeds: 1 }] };
    const length = (seed: number) => planTrials(parseStudy(seeds), { arm: "as", seed }, "network").length;
    expect([length(0), length(1)]).toEqual([main.length + 4, main.length]);
  });
});
