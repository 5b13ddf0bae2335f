import type { NetworkRow, Results, TrialRow } from "../../src/experiments/results/rows.js";

export const IMAGES = 1000;

/** Images classified correctly, of 1,000; fault "none" at rate 0 is without faults. */
export type Correct = (arm: string, fault: string, rate: number, seed: number, map: number) => number;

/** A complete study from a rule: every arm, fault, rate, seed and map has its trial, every arm and seed its network. */
export function study(correct: Correct, options: Partial<Results> = {}): Results {
  const shape = {
    study: "lenet5-fashion",
    profile: "full",
    exploratory: false,
    split: "test" as const,
    encoding: "offset-binary" as const,
    bits: { weights: 4, activations: 4 },
    arms: ["standard", "standard-saq", "as", "as-saq"],
    faults: ["flip", "sa0", "sa1"],
    rates: [0.01, 0.07],
    seeds: [1, 2, 3],
    maps: 4,
    failures: [],
    ...options,
  };
  const trials: TrialRow[] = [];
  const networks: NetworkRow[] = [];
  for (const arm of shape.arms) {
    for (const seed of shape.seeds) {
      networks.push({
        arm,
        seed,
        network: `${arm}/${seed}`,
        correct: correct(arm, "none", 0, seed, -1),
        images: IMAGES,
        sparsity: 0.5 + seed / 100,
        sparsityByLayer: { conv1: 0.5 },
        skippedMacs: 0.4,
        clipRatio: 2 + seed / 10,
        clipRatioByLayer: { conv1: 2 },
        weightNorm: 10,
        relativeRho: arm.endsWith("saq") ? 0.02 : null,
      });
      for (const fault of shape.faults) {
        for (const rate of shape.rates) {
          for (let map = 0; map < shape.maps; map++) {
            trials.push({
              id: [arm, seed, fault, rate, map].join("/"),
              arm,
              seed,
              encoding: shape.encoding,
              layer: "",
              fault,
              rate,
              map,
              correct: correct(arm, fault, rate, seed, map),
              images: IMAGES,
              exposed: 10_000,
              faulty: 10_000 * rate,
              changed: fault === "flip" ? 10_000 * rate : 5_000 * rate,
              faultyByLayer: [10_000 * rate],
              changedByLayer: [fault === "flip" ? 10_000 * rate : 5_000 * rate],
            });
          }
        }
      }
    }
  }
  return { ...shape, networks, trials, ...options };
}

/** 900 of 1,000 without faults; under faults less by rate, arm, seed and map, in whole images. */
export const typical: Correct = (arm, fault, rate, seed, map) => {
  if (fault === "none") return 900 + (arm.startsWith("as") ? -10 : 0) + seed;
  const loss: Record<string, number> = { standard: 4000, "standard-saq": 3000, as: 6000, "as-saq": 3500 };
  const kind = fault === "flip" ? 1 : fault === "sa0" ? 0.5 : 0.8;
  const spread: Record<string, number> = { standard: 1, "standard-saq": 2, as: 4, "as-saq": 3 };
  const luck = 3 * ((seed * 7) % 3) + 2 * ((map * 5) % 4) + ((seed * map) % 3);
  return Math.round(900 - (loss[arm] ?? 8000) * kind * rate) + (spread[arm] ?? 5) * luck;
};
