/* Whole fault trials, W4A4: draw the fault map, flip 1 % of the bits, evaluate, count what is right, restore. */
import { injectTrial } from "../dist/experiments/campaign/evaluate-trial.js";
import { faults, inference, models } from "../dist/index.js";
import { NETWORKS } from "./networks.mjs";
import { timed } from "./timed.mjs";

export function campaignCases() {
  return Object.entries(NETWORKS).map(([id, { title, tried, network, images }]) => ({
    name: `fault trials of ${title} on ${tried.toLocaleString("en")} images`,
    task: { kind: "trials", id, network: id.split("-")[0], images: tried },
    items: 1,
    images: tried,
    unit: "trials/min",
    repeats: 1,
    ours: () => trials(network(), images(tried)),
  }));
}

function trials(network, { data, indices, labels }) {
  const classifier = inference.integerClassifier(network, data, indices);
  let index = 0;
  return timed(() => {
    const codes = codesUnderFaults(network, { rate: 0.01, index: index++ });
    return inference.countCorrect(classifier.classify(codes), labels);
  });
}

/** The codes of a network with bit flips of one rate, as a campaign injects them, by a map of the benchmark's own. */
export function codesUnderFaults(network, { rate, index }) {
  const layers = models.quantizedLayers(network.model, network.bits);
  const map = faults.drawFaultMap({ key: "bench", index, layers, bits: network.bits.weights, ceiling: rate });
  const condition = { encoding: "offset-binary", layer: "", fault: "flip", rate, map: index };
  return injectTrial(network, condition, map).codes;
}
