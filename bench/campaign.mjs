/* Whole trials of LeNet-5, W4A4, on 10,000 images: draw the fault map, flip 1 % of the bits, evaluate, count what is right. */
import { injectTrial } from "../dist/experiments/campaign/evaluate-trial.js";
import { faults, inference, models } from "../dist/index.js";
import { publishedLeNet5, trainingImages } from "./networks.mjs";
import { timed } from "./timed.mjs";

export function campaignCases() {
  return [
    {
      name: "fault trials of LeNet-5 on 10,000 images",
      theirs: "trials lenet5",
      items: 1,
      unit: "trials/min",
      repeats: 1,
      ours: () => {
        const network = publishedLeNet5();
        const { data, indices, labels } = trainingImages(10_000);
        const classifier = inference.integerClassifier(network, data, indices);
        let index = 0;
        return timed(() => {
          const codes = codesUnderFaults(network, { rate: 0.01, index: index++ });
          inference.countCorrect(classifier.classify(codes), labels);
        });
      },
    },
  ];
}

/** The codes of a network with bit flips of one rate, as a campaign injects them, by a map of the benchmark's own. */
export function codesUnderFaults(network, { rate, index }) {
  const layers = models.quantizedLayers(network.model, network.bits);
  const map = faults.drawFaultMap({ key: "bench", index, layers, bits: network.bits.weights, ceiling: rate });
  const condition = { encoding: "offset-binary", layer: "", fault: "flip", rate, map: index };
  return injectTrial(network, condition, map).codes;
}
