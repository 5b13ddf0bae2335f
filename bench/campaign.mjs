/*
 * Whole fault trials, W4A4: draw the fault map, flip 1 % of the bits, evaluate, count what is right, restore. A campaign
 * draws a map once for all its faults and rates, so each trial here has a part of the time that its map took.
 */
import { injectTrial } from "../dist/experiments/campaign/evaluate-trial.js";
import { faults, inference, models } from "../dist/index.js";
import { NETWORKS } from "./networks.mjs";

/** Three faults at seven rates, as the study has. */
const TRIALS_OF_A_MAP = 21;

export function campaignCases() {
  return Object.entries(NETWORKS).map(([id, { title, tried, network, images }]) => ({
    name: `fault trials of ${title} on ${tried.toLocaleString("en")} images`,
    task: { kind: "trials", id, network: id.split("-")[0], images: tried },
    items: 1,
    images: tried,
    unit: "trials/min",
    repeats: 1,
    ours: () => runs(trials(network(), images(tried))),
  }));
}

/** What of a trial is not evaluation: a trial on the four images that are evaluated together beside one on all. */
export function overheadCase() {
  const { title, tried, network, images } = NETWORKS["resnet18-50"];
  return {
    name: `Of a fault trial of ${title}, on ${tried.toLocaleString("en")} images, drawing, changing, packing, restoring and checking take`,
    task: { kind: "own" },
    unit: "%",
    repeats: 3,
    ours: () => {
      const [whole, little] = [tried, 4].map((count) => trials(network(), images(count)));
      return runs(() => {
        const { ms: all } = whole();
        const { ms: rest } = little();
        return { ms: (100 * rest) / all };
      });
    },
  };
}

const runs = (once) => (repeats) => {
  const all = Array.from({ length: repeats }, once);
  return { ms: all.map(({ ms }) => ms), result: all.at(-1).result };
};

function trials(network, { data, indices, labels }) {
  const classifier = inference.integerClassifier(network, data, indices);
  let index = 0;
  return () => {
    const rate = 0.01;
    const started = performance.now();
    const map = mapOf(network, { rate, index: index++ });
    const drawn = performance.now();
    const codes = codesUnder(network, rate, map);
    const result = inference.countCorrect(classifier.classify(codes), labels);
    return { ms: (drawn - started) / TRIALS_OF_A_MAP + (performance.now() - drawn), result };
  };
}

/** A map of the benchmark's own. */
function mapOf(network, { rate, index }) {
  const layers = models.quantizedLayers(network.model, network.bits);
  return faults.drawFaultMap({ key: "bench", index, layers, bits: network.bits.weights, ceiling: rate });
}

function codesUnder(network, rate, map) {
  const condition = { encoding: "offset-binary", layer: "", fault: "flip", rate, map: map.index };
  return injectTrial(network, condition, map).codes;
}

/** The codes of a network with bit flips of one rate, as a campaign injects them. */
export function codesUnderFaults(network, { rate, index }) {
  return codesUnder(network, rate, mapOf(network, { rate, index }));
}
