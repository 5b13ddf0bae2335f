import { UserError } from "../base/errors.js";
import { requireOptions } from "../base/options.js";
import type { Results, TrialRow } from "../experiments/results/rows.js";
import { seedsOfArm } from "../experiments/study/arms.js";

/** Accuracy in percent by [seed][map], or why it cannot be given. An arm with fewer seeds has the first of the study's. */
export type Measured = { readonly values: number[][] } | { readonly missing: string };

/** The trials of one encoding and set of layers, looked up by arm, fault and rate. */
export interface Accuracies {
  /** Accuracy under faults, complete over all seeds of the arm and all maps of the study, else what is missing. */
  faulty(arm: string, fault: string, rate: number): Measured;
  /** Accuracy without faults, [seed][0]; from the trials with fault "none", else from the network rows. */
  clean(arm: string): Measured;
  /** Mean share of the stored weight bits whose value the faults changed, in percent; NaN without trials. */
  changed(arm: string, fault: string, rate: number): number;
}

/** What was indexed once, by layer: every exhibit asks for the same trials, of which there may be hundreds of thousands. */
const indexed = new WeakMap<Results, Map<string, Accuracies>>();

/**
 * Indexes the trials in the encoding of `results`, with faults in all layers unless one is named; the others, of extra
 * campaigns, are not looked at.
 *
 * @param options.layer the weight layer that alone has faults; default "": all have
 * @throws UserError for two trials of one arm, seed, fault, rate and map, or a row without images
 */
export function accuraciesOf(
  results: Results,
  options: { readonly layer?: string | undefined } = {},
): Accuracies {
  const { layer = "" } = requireOptions("accuraciesOf", options, { layer: true });
  const known = indexed.get(results) ?? new Map<string, Accuracies>();
  const accuracies = known.get(layer) ?? index(results, layer);
  indexed.set(results, known.set(layer, accuracies));
  return accuracies;
}

function index(results: Results, layer: string): Accuracies {
  const { study } = results;
  const { faults, maps, encoding } = study.campaign;
  const sorted = sortedTrials(results.trials);
  const trained = new Set([...sorted.trained, ...results.networks.map(({ arm, seed }) => `${arm} ${seed}`)]);
  const trials = new Map<string, { accuracy: number; exposed: number; changed: number }>();
  for (const trial of [...sorted.clean, ...(sorted.faulty.get(`${encoding} ${layer}`) ?? [])]) {
    const { arm, seed, fault, rate, map } = trial;
    const key = JSON.stringify([arm, fault, rate, seed, map]);
    if (trials.has(key)) {
      throw new UserError(
        `results.trials must hold each trial once, got ${key} (arm, fault, rate, seed, map) twice`,
      );
    }
    trials.set(key, { accuracy: percent(trial, "trial"), exposed: trial.exposed, changed: trial.changed });
  }
  const networks = new Map<string, number>();
  for (const network of results.networks) {
    networks.set(JSON.stringify([network.arm, network.seed]), percent(network, "network"));
  }
  const absent = (arm: string) => {
    if (!study.arms.some(({ id }) => id === arm)) return `the study has no arm "${arm}"`;
    const failure = results.failures.find((failure) => failure.arm === arm);
    if (failure) return `the training of ${arm} failed with seed ${failure.seed}`;
    const seed = seedsOf(study, arm).find((seed) => !trained.has(`${arm} ${seed}`));
    return seed === undefined ? undefined : `${arm} has no network with seed ${seed} yet`;
  };

  const faulty = (arm: string, fault: string, rate: number): Measured => {
    const reason = absent(arm);
    if (reason !== undefined) return { missing: reason };
    if (!faults.includes(fault)) return { missing: `the study has no fault "${fault}"` };
    const seeds = seedsOf(study, arm);
    if (seeds.length === 0 || maps === 0) return { missing: "the study has no seeds or no maps" };
    let gaps = 0;
    const values = seeds.map((seed) =>
      Array.from({ length: maps }, (_, map) => {
        const trial = trials.get(JSON.stringify([arm, fault, rate, seed, map]));
        if (trial === undefined) gaps++;
        return trial?.accuracy ?? NaN;
      }),
    );
    if (gaps === 0) return { values };
    const all = seeds.length * maps;
    return { missing: `${gaps} of ${all} trials of ${arm} under ${fault} at rate ${rate} are missing` };
  };
  const known = new Map<string, Measured>(); // exhibits ask for each many times

  return {
    faulty(arm, fault, rate) {
      const key = JSON.stringify([arm, fault, rate]);
      const measured = known.get(key) ?? faulty(arm, fault, rate);
      known.set(key, measured);
      return measured;
    },
    clean(arm) {
      const reason = absent(arm);
      if (reason !== undefined) return { missing: reason };
      const seeds = seedsOf(study, arm);
      if (seeds.length === 0) return { missing: "the study has no seeds" };
      const values = seeds.map((seed) => {
        const trial = trials.get(JSON.stringify([arm, "none", 0, seed, -1]));
        return [trial?.accuracy ?? networks.get(JSON.stringify([arm, seed])) ?? NaN];
      });
      const gaps = values.filter(([value]) => Number.isNaN(value)).length;
      if (gaps === 0) return { values };
      return { missing: `${gaps} of ${seeds.length} networks of ${arm} are missing` };
    },
    changed(arm, fault, rate) {
      let changed = 0;
      let exposed = 0;
      for (const seed of seedsOf(study, arm)) {
        for (let map = 0; map < maps; map++) {
          const trial = trials.get(JSON.stringify([arm, fault, rate, seed, map]));
          changed += trial?.changed ?? 0;
          exposed += trial?.exposed ?? 0;
        }
      }
      return (100 * changed) / exposed;
    },
  };
}

/** Trials by what of them is looked at together. */
interface Sorted {
  /** Arms and seeds that have any. */
  readonly trained: ReadonlySet<string>;
  /** Without faults there is one trial for every encoding and layer. */
  readonly clean: readonly TrialRow[];
  /** By encoding and layer. */
  readonly faulty: ReadonlyMap<string, readonly TrialRow[]>;
}

const sortedBefore = new WeakMap<readonly TrialRow[], Sorted>();

function sortedTrials(trials: readonly TrialRow[]): Sorted {
  const before = sortedBefore.get(trials);
  if (before) return before;
  const trained = new Set<string>();
  const clean: TrialRow[] = [];
  const faulty = new Map<string, TrialRow[]>();
  for (const trial of trials) {
    const { arm, seed, encoding, layer, map } = trial;
    trained.add(`${arm} ${seed}`);
    const view = `${encoding} ${layer}`;
    if (map >= 0 && !faulty.has(view)) faulty.set(view, []);
    (map < 0 ? clean : faulty.get(view)!).push(trial);
  }
  const sorted = { trained, clean, faulty };
  sortedBefore.set(trials, sorted);
  return sorted;
}

/** The seeds that an arm has: all of the study's, or the first few. */
export function seedsOf(study: Pick<Results["study"], "seeds" | "arms">, arm: string): readonly number[] {
  return seedsOfArm(study, study.arms.find(({ id }) => id === arm) ?? {});
}

function percent(row: { arm: string; seed: number; correct: number; images: number }, kind: string): number {
  const { arm, seed, correct, images } = row;
  if (!(images > 0 && correct >= 0 && correct <= images)) {
    throw new UserError(
      `a ${kind} row must have 0 <= correct <= images and images > 0, got ${correct} of ${images} (${arm}, seed ${seed})`,
    );
  }
  return (100 * correct) / images;
}
