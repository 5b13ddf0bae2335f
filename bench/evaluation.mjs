/* Evaluation without faults: the integer engine on W4A4 networks; the peers' activations are floats or of 8 bits. */
import { inference } from "../dist/index.js";
import { NETWORKS } from "./networks.mjs";
import { timed } from "./timed.mjs";

export function evaluationCases() {
  return Object.entries(NETWORKS).map(([id, { title, evaluated, network, images }]) => ({
    name: `evaluating ${title}`,
    task: { kind: "evaluating", id, network: id.split("-")[0], images: evaluated },
    items: evaluated,
    unit: "images/s",
    repeats: 1,
    ours: () => evaluations(network(), images(evaluated)),
  }));
}

function evaluations(network, { data, indices }) {
  // nothing held: a network without faults would be read from memory in place of being evaluated
  const classifier = inference.integerClassifier(network, data, indices, { holdBytes: 0 });
  const codes = inference.codesOf(network);
  return timed(() => [...classifier.classify(codes)]);
}
