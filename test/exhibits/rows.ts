import type { NetworkRow, Results, TrialRow } from "../../src/experiments/results/rows.js";
import { aboutStudy } from "../../src/experiments/study/definition.js";
import { type Arm, type CampaignSettings, findStudy, type Study } from "../../src/studies/index.js";

export const IMAGES = 1000;

/** Images classified correctly, of 1,000; fault "none" at rate 0 is without faults. */
export type Correct = (arm: string, fault: string, rate: number, seed: number, map: number) => number;

/** Settings that a test may change; arms by id, with the full study's settings unless `settings` has others. */
export interface Changes
  extends Partial<Pick<CampaignSettings, "faults" | "rates" | "maps" | "encoding" | "split">>,
    Partial<Pick<Study, "profile" | "exploratory" | "seeds" | "extras">>,
    Partial<Omit<Results, "study">> {
  readonly arms?: readonly string[];
  readonly settings?: readonly Arm[];
}

/** The same results of a study with other settings. */
export function changed(results: Results, changes: Changes): Results {
  const {
    faults,
    rates,
    maps,
    encoding,
    split,
    profile,
    exploratory,
    seeds,
    extras,
    arms,
    settings,
    ...rest
  } = changes;
  const { study } = results;
  const known = settings ?? [...study.arms, ...findStudy("lenet5-fashion", "full").arms];
  const campaign = {
    ...study.campaign,
    ...(faults && { faults }),
    ...(rates && { rates }),
    ...(maps !== undefined && { maps }),
    ...(encoding && { encoding }),
    ...(split && { split }),
  };
  return {
    ...results,
    study: {
      ...study,
      campaign,
      arms: arms ? arms.map((id) => mainArm(id, known)) : (settings ?? study.arms),
      ...(exploratory !== undefined && { exploratory, frozen: !exploratory }),
      ...(profile && { profile }),
      ...(seeds && { seeds }),
      ...(extras && { extras }),
    },
    ...rest,
  };
}

/** An arm of these settings as one of the main ones. */
function mainArm(id: string, known: readonly Arm[]): Arm {
  const { group: _, base: __, ...arm } = known.find((each) => each.id === id) ?? known[0]!;
  return { ...arm, id };
}

/** A complete study from a rule: every arm, fault, rate, seed and map has its trial, every arm and seed its network. */
export function study(correct: Correct, changes: Changes = {}): Results {
  const full = findStudy("lenet5-fashion", "full");
  const bare: Results = { study: full, ...aboutStudy(full), networks: [], failures: [], trials: [] };
  const { extras: _, ...main } = full;
  const results = changed(
    { ...bare, study: main },
    {
      arms: ["standard", "standard-saq", "as", "as-saq"],
      rates: [0.01, 0.07],
      seeds: [1, 2, 3],
      maps: 4,
      ...changes,
    },
  );
  const { arms, seeds, campaign } = results.study;
  const { faults, rates, maps, encoding } = campaign;
  const trials: TrialRow[] = [];
  const networks: NetworkRow[] = [];
  for (const { id: arm } of arms) {
    for (const seed of seeds) {
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
      for (const fault of faults) {
        for (const rate of rates) {
          for (let map = 0; map < maps; map++) {
            trials.push({
              id: [arm, seed, fault, rate, map].join("/"),
              arm,
              seed,
              encoding,
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
  return {
    ...results,
    networks,
    trials,
    ...(changes.networks && { networks: changes.networks }),
    ...(changes.trials && { trials: changes.trials }),
  };
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
