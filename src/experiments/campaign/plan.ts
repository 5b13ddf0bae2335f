import { requireMemory } from "../../base/room.js";
import { settingsHash } from "../../base/settings-hash.js";
import { weightLayers } from "../../networks/model.js";
import type { Encoding } from "../../quantization/encodings.js";
import type { NetworkKey } from "../study/arms.js";
import { armsOfExtra, seedsOfExtra } from "../study/arms.js";
import { type Content, contentOf, modelOf } from "../study/content.js";

import type { CampaignSettings, ExtraCampaign, Study } from "../study/study.js";

/**
 * Meaning of a trial's result: raised when the same inputs would give other predictions, which makes old trials
 * different trials.
 */
const SEMANTICS = "integer-1";

/** What is done to a network in a trial. */
export interface Condition {
  /** How its codes lie in memory. */
  readonly encoding: Encoding;
  /** The weight layer, or part of the network (`layersOfPart`), that alone has faults; empty if all have. */
  readonly layer: string;
  /** Fault model id, or `"none"` with rate 0 and map -1. */
  readonly fault: string;
  readonly rate: number;
  readonly map: number;
}

/** One evaluation to be done. */
export interface Trial extends Condition {
  readonly id: string;
}

/** What the fault maps of a study depend on beside its networks' layers. */
export type MapSettings = Pick<Study, "name" | "profile" | "exploratory" | "campaign">;

/** What decides the trials of a network: what a study says of its campaign. */
export interface TrialSettings extends MapSettings, Pick<Study, "bits"> {
  /** What the model and the data set are identified by, see `contentOf`. */
  readonly content: Content;
}

/** The same of a whole study. */
export function trialSettings(study: Study): TrialSettings {
  return { ...study, content: contentOf(study) };
}

/**
 * Which family of fault maps a study draws. Exploratory profiles have one of their own, so that the maps of a frozen study
 * are looked at by nobody before.
 */
export function mapFamily({
  name,
  profile,
  exploratory,
}: Pick<Study, "name" | "profile" | "exploratory">): string {
  return exploratory ? `${name}-${profile}` : name;
}

/**
 * What is done to one network of a study, each once: first the main campaign, without faults and then map by map, then what
 * extra campaigns add to it. Without faults a network is the same in every encoding, so extras have no such trial.
 */
export function planConditions(study: Study, key: NetworkKey): Condition[] {
  const { campaign, extras = [] } = study;
  const all = [
    ...mainConditions(campaign),
    ...extras.filter((extra) => includes(study, extra, key)).flatMap((extra) => ofExtra(study, extra)),
  ];
  return [...new Map(all.map((condition) => [Object.values(condition).join(" "), condition])).values()];
}

/** The conditions of a campaign: without faults, then map by map. */
export function mainConditions(campaign: CampaignSettings): Condition[] {
  const { encoding } = campaign;
  return [
    { encoding, layer: "", fault: "none", rate: 0, map: -1 },
    ...underFaults({ ...campaign, layers: [""] }),
  ];
}

/**
 * The trials of one network, in the order of {@link planConditions}.
 * @param network hash of the network, FATReLU's threshold included, see `networkHash`
 */
export function planTrials(study: Study, key: NetworkKey, network: string): Trial[] {
  return planConditions(study, key).map(trialMaker(trialSettings(study), network));
}

/** Makes the trials of one network, each with its id. */
export function trialMaker(study: TrialSettings, network: string): (condition: Condition) => Trial {
  const { split, images, stratified, ceiling } = study.campaign;
  const shared = {
    family: mapFamily(study),
    dataset: study.content.dataset,
    split,
    images,
    ...(stratified && { stratified }),
    ceiling,
    model: study.content.model,
    bits: study.bits,
    network,
    semantics: SEMANTICS,
  };
  return ({ encoding, layer, fault, rate, map }) => {
    const condition = { encoding, ...(layer !== "" && { layer }), fault, rate, map };
    return {
      id: settingsHash({ ...shared, ...condition }).slice(0, 20),
      encoding,
      layer,
      fault,
      rate,
      map,
    };
  };
}

function includes(study: Study, extra: ExtraCampaign, { arm, seed }: NetworkKey): boolean {
  return armsOfExtra(study, extra).includes(arm) && seedsOfExtra(study, extra).includes(seed);
}

function ofExtra(study: Study, { layers, ...changes }: ExtraCampaign): Condition[] {
  const names = layers === "each" ? weightLayers(modelOf(study)).map(({ name }) => name) : (layers ?? [""]);
  return underFaults({ ...study.campaign, ...changes, layers: names });
}

/** Bytes that a trial takes, as it is planned and as its row, at least. */
const BYTES_PER_TRIAL = 2000;

/** Refuses a number of trials that cannot be held, before any is planned. @throws UserError with the memory it would need */
export function requireTrialsFit(count: number): void {
  requireMemory(`${count.toLocaleString("en-US")} trials`, count * BYTES_PER_TRIAL);
}

function underFaults({
  encoding,
  layers,
  faults,
  rates,
  maps,
}: Pick<Study["campaign"], "encoding" | "faults" | "rates" | "maps"> & {
  layers: readonly string[];
}): Condition[] {
  requireTrialsFit(maps * layers.length * faults.length * rates.length);
  return Array.from({ length: maps }, (_, map) =>
    layers.flatMap((layer) =>
      faults.flatMap((fault) => rates.map((rate) => ({ encoding, layer, fault, rate, map }))),
    ),
  ).flat();
}
