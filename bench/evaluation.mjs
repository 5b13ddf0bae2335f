/* Evaluation without faults: the integer engine on W4A4 networks; the peer's networks are float, which is faster for it. */
import { inference, models } from "../dist/index.js";
import { calibrate, publishedLeNet5, randomImages, randomNetwork, trainingImages } from "./networks.mjs";
import { timed } from "./timed.mjs";

export function evaluationCases() {
  const lenet5 = {
    name: "evaluating LeNet-5",
    theirs: "evaluating lenet5",
    items: 10_000,
    repeats: 1,
    ours: () => {
      const { data, indices } = trainingImages(10_000);
      return evaluations(publishedLeNet5(), data, indices);
    },
  };
  const resnet18 = [0.5, 0.85].map((zeros) => ({
    name: `evaluating ResNet-18 of width 16, ${100 * zeros} % zeros`,
    theirs: "evaluating resnet18",
    items: 500,
    repeats: 3,
    ours: () => {
      const model = models.resnet18();
      const data = randomImages(500, model.input);
      const network = calibrate(randomNetwork(model), data.images.subarray(0, 32 * 32 * 3), zeros);
      return evaluations(
        network,
        data,
        Uint32Array.from({ length: data.count }, (_, i) => i),
      );
    },
  }));
  return [lenet5, ...resnet18].map((each) => ({ ...each, unit: "images/s" }));
}

function evaluations(network, data, indices) {
  // nothing held: a network without faults would be read from memory in place of being evaluated
  const classifier = inference.integerClassifier(network, data, indices, { holdBytes: 0 });
  const codes = inference.codesOf(network);
  return timed(() => classifier.classify(codes));
}
