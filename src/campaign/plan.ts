import { settingsHash } from "../studies/hash.js";
import type { Study } from "../studies/study.js";

/**
 * Meaning of a trial's result: raised when the same inputs would give other predictions, which makes old trials
 * different trials.
 */
const SEMANTICS = "integer-1";

/** One evaluation to be done. */
export interface Trial {
  readonly id: string;
  /** Fault model id, or `"none"` with rate 0 and map -1. */
  readonly fault: string;
  readonly rate: number;
  readonly map: number;
}

/**
 * Which family of fault maps a study draws. Exploratory profiles have one of their own, so that the maps of a frozen study
 * are looked at by nobody before.
 */
export function mapFamily({ name, profile, exploratory }: Study): string {
  return exploratory ? `${name}-${profile}` : name;
}

/**
 * The trials of one network, map by map, the fault-free one first.
 * @param network hash of the network, FATReLU's threshold included, see `networkHash`
 */
export function planTrials(study: Study, network: string): Trial[] {
  const { faults, rates, maps } = study.campaign;
  const trial = trialMaker(study, network);
  const trials = [trial("none", 0, -1)];
  for (let map = 0; map < maps; map++)
    for (const fault of faults) for (const rate of rates) trials.push(trial(fault, rate, map));
  return trials;
}

/** Makes the trials of one network, each with its id. */
export function trialMaker(study: Study, network: string) {
  const { split, images, ceiling, encoding } = study.campaign;
  const shared = {
    family: mapFamily(study),
    dataset: study.dataset,
    split,
    images,
    ceiling,
    encoding,
    model: study.model,
    bits: study.bits,
    network,
    semantics: SEMANTICS,
  };
  return (fault: string, rate: number, map: number): Trial => ({
    id: settingsHash({ ...shared, fault, rate, map }).slice(0, 20),
    fault,
    rate,
    map,
  });
}
