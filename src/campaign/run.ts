import { setImmediate } from "node:timers/promises";
import type { TrialRow } from "../exhibits/results.js";
import { injectFaults } from "../faults/inject.js";
import { drawFaultMap, type FaultMap } from "../faults/map.js";
import { faultModel } from "../faults/models.js";
import type { Classifier } from "../inference/classifier.js";
import { type Codes, codesOf, type DeployedNetwork } from "../inference/deploy.js";
import { weightLayers } from "../models/model.js";
import type { Study } from "../studies/study.js";
import type { Trial } from "./plan.js";

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
    key: study.name,
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
  const { codes, exposed, faulty, changed } =
    map && trial.map >= 0 ? inject(study, network, trial, map) : unharmed(network);
  const classes = classifier.classify(codes);
  let correct = 0;
  for (let i = 0; i < labels.length; i++) if (classes[i] === labels[i]) correct++;
  return { ...trial, arm, seed, correct, images: labels.length, exposed, faulty, changed };
}

function inject(study: Study, network: DeployedNetwork, { fault, rate }: Trial, map: FaultMap) {
  const options = {
    rate,
    model: faultModel(fault),
    bits: network.bits.weights,
    encoding: study.campaign.encoding,
  };
  const codes: Record<string, Uint8Array> = {};
  const total = { exposed: 0, faulty: 0, changed: 0 };
  network.layers.forEach((layer, i) => {
    const injected = injectFaults(layer.codes, map.layers[i]!, options);
    codes[layer.name] = injected.codes;
    total.exposed += injected.exposed;
    total.faulty += injected.faulty;
    total.changed += injected.changed;
  });
  return { codes: codes as Codes, ...total };
}

function unharmed(network: DeployedNetwork) {
  const bits = network.bits.weights * network.layers.reduce((sum, { codes }) => sum + codes.length, 0);
  return { codes: codesOf(network), exposed: bits, faulty: 0, changed: 0 };
}
