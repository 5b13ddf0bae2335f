import { type InjectionOptions, injectFaults } from "../../faults/inject.js";
import { drawFaultMap, type FaultMap } from "../../faults/map.js";
import { faultModel } from "../../faults/models.js";
import { type Sites, sitesId } from "../../faults/sites.js";
import { type Classifier, countCorrect } from "../../inference/classifier.js";
import { type Codes, codesOf, type DeployedLayer, type DeployedNetwork } from "../../inference/deploy.js";
import { quantizedLayers } from "../../networks/bits.js";
import type { TrialRow } from "../results/rows.js";
import { layersOfPart } from "../study/layer-parts.js";
import { type MapSettings, mapFamily, type Trial } from "./plan.js";

/** One network under test, with an engine that classifies the campaign's images. */
export interface Subject {
  readonly study: MapSettings;
  readonly arm: string;
  readonly seed: number;
  readonly network: DeployedNetwork;
  readonly classifier: Classifier;
  /** True class of each image that the classifier sees. */
  readonly labels: Uint8Array;
}

/** The codes of a network as read under a trial's faults, and the bits that count for it. */
interface Injected extends Pick<TrialRow, "exposed" | "faulty" | "changed"> {
  readonly codes: Codes;
  readonly faultyByLayer: readonly number[];
  readonly changedByLayer: readonly number[];
}

/** Runs trials one after another, drawing each fault map once for the trials that follow each other on it. */
export function* evaluateTrials(subject: Subject, trials: Iterable<Trial>): Generator<TrialRow> {
  let map: FaultMap | undefined;
  for (const trial of trials) {
    if (trial.map >= 0) {
      const { sites } = faultModel(trial.fault);
      if (map?.index !== trial.map || sitesId(map.sites) !== sitesId(sites))
        map = campaignMap(subject.study, subject.network, { index: trial.map, sites });
    }
    const { codes, ...bits } = injectTrial(subject.network, trial, map);
    const correct = countCorrect(subject.classifier.classify(codes), subject.labels);
    const { arm, seed, labels } = subject;
    yield { ...trial, arm, seed, correct, images: labels.length, ...bits };
  }
}

/**
 * The fault map of a study by its index: it depends on the study, the layers and the sites of the fault model, not on
 * arm, seed or what a faulty bit does.
 */
export function campaignMap(
  study: MapSettings,
  network: Pick<DeployedNetwork, "model" | "bits">,
  { index, sites }: { index: number; sites: Sites | undefined },
): FaultMap {
  const { ceiling } = study.campaign;
  return drawFaultMap({
    key: mapFamily(study),
    index,
    layers: quantizedLayers(network.model, network.bits),
    bits: network.bits.weights,
    ceiling,
    sites,
  });
}

/** @param map the trial's fault map; not looked at for the trial without faults */
export function injectTrial(network: DeployedNetwork, trial: Trial, map: FaultMap | undefined): Injected {
  if (!map || trial.map < 0) return unharmed(network);
  const struck = struckLayers(trial, network);
  const injected = network.layers.map((layer, i) =>
    struck.has(layer.name)
      ? injectFaults(layer.codes, map.layers[i]!, injectionOf(layer, trial))
      : { codes: layer.codes, exposed: 0, faulty: 0, changed: 0 },
  );
  const faultyByLayer = injected.map(({ faulty }) => faulty);
  const changedByLayer = injected.map(({ changed }) => changed);
  return {
    codes: Object.fromEntries(network.layers.map(({ name }, i) => [name, injected[i]!.codes])),
    exposed: sum(injected.map(({ exposed }) => exposed)),
    faulty: sum(faultyByLayer),
    changed: sum(changedByLayer),
    faultyByLayer,
    changedByLayer,
  };
}

/** How a trial's faults act on the codes of a layer. */
export function injectionOf(
  { bits }: Pick<DeployedLayer, "bits">,
  { encoding, fault, rate }: Trial,
): InjectionOptions {
  return { rate, model: faultModel(fault), bits, encoding };
}

/** The weight layers that can have faults in a trial. */
export function struckLayers(
  { layer }: Trial,
  { layers }: Pick<DeployedNetwork, "layers">,
): ReadonlySet<string> {
  return layersOfPart(
    layer,
    layers.map(({ name }) => name),
  );
}

function unharmed(network: DeployedNetwork): Injected {
  const none = network.layers.map(() => 0);
  const exposed = sum(network.layers.map(({ codes, bits }) => codes.length * bits));
  return {
    codes: codesOf(network),
    exposed,
    faulty: 0,
    changed: 0,
    faultyByLayer: none,
    changedByLayer: none,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
