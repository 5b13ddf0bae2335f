import { setImmediate } from "node:timers/promises";
import type { TrialRow } from "../exhibits/results.js";
import { injectFaults } from "../faults/inject.js";
import { drawFaultMap, type FaultMap } from "../faults/map.js";
import { faultModel } from "../faults/models.js";
import { type Classifier, countCorrect } from "../inference/classifier.js";
import { type Codes, codesOf, type DeployedNetwork } from "../inference/deploy.js";
import { weightLayers } from "../models/model.js";
import type { Study } from "../studies/study.js";
import { mapFamily, type Trial } from "./plan.js";

/** One network under test, with an engine that classifies the campaign's images. */
export interface Subject {
  readonly study: Study;
  readonly arm: string;
  readonly seed: number;
  readonly network: DeployedNetwork;
  readonly classifier: Classifier;
  /** True class of each image that the classifier sees. */
  readonly labels: Uint8Array;
}

/** Runs trials one after another, each yielded as soon as it is done. */
export async function* runTrials(subject: Subject, trials: readonly Trial[]): AsyncGenerator<TrialRow> {
  let map: FaultMap | undefined;
  for (const trial of trials) {
    if (trial.map >= 0 && map?.index !== trial.map)
      map = campaignMap(subject.study, subject.network, trial.map);
    yield runTrial(subject, trial, map);
    await setImmediate(); // lets signals and messages in
  }
}

/** The fault map of a study by its index: it depends on the study and the layers, not on arm, seed or fault model. */
export function campaignMap(study: Study, network: DeployedNetwork, index: number): FaultMap {
  const { ceiling } = study.campaign;
  return drawFaultMap({
    key: mapFamily(study),
    index,
    layers: weightLayers(network.model),
    bits: network.bits.weights,
    ceiling,
  });
}

function runTrial(
  { study, arm, seed, network, classifier, labels }: Subject,
  trial: Trial,
  map: FaultMap | undefined,
): TrialRow {
  const { codes, ...bits } = map && trial.map >= 0 ? inject(study, network, trial, map) : unharmed(network);
  const correct = countCorrect(classifier.classify(codes), labels);
  return { ...trial, arm, seed, correct, images: labels.length, ...bits };
}

function inject(study: Study, network: DeployedNetwork, { fault, rate }: Trial, map: FaultMap) {
  const options = {
    rate,
    model: faultModel(fault),
    bits: network.bits.weights,
    encoding: study.campaign.encoding,
  };
  const codes: Record<string, Uint8Array> = {};
  const [exposed, faultyByLayer, changedByLayer]: [number[], number[], number[]] = [[], [], []];
  network.layers.forEach((layer, i) => {
    const injected = injectFaults(layer.codes, map.layers[i]!, options);
    codes[layer.name] = injected.codes;
    exposed.push(injected.exposed);
    faultyByLayer.push(injected.faulty);
    changedByLayer.push(injected.changed);
  });
  return {
    codes: codes as Codes,
    exposed: sum(exposed),
    faulty: sum(faultyByLayer),
    changed: sum(changedByLayer),
    faultyByLayer,
    changedByLayer,
  };
}

function unharmed(network: DeployedNetwork) {
  const none = network.layers.map(() => 0);
  const exposed = network.bits.weights * sum(network.layers.map(({ codes }) => codes.length));
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
