/*
 * What it saves that a trial does not compute anew what its faults leave alone: LeNet-5, whole evaluations and those that
 * reuse by turns on the same faults. `node bench/reuse.mjs [--trials 30] [RATE ...]`
 */
import { parseArgs } from "node:util";
import { inference, random } from "../dist/index.js";
import { codesUnderFaults } from "./campaign.mjs";
import { publishedLeNet5, trainingImages } from "./networks.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { trials: { type: "string", default: "30" } },
});
const each = { length: Number(values.trials) };
const network = publishedLeNet5();
const codes = inference.codesOf(network);
const { data, indices } = trainingImages(10_000);
const engine = (options) => inference.integerClassifier(network, data, indices, options);

/** Processor seconds of one evaluation: on a shared machine they vary less than those of the clock. */
function secondsOf(classifier, codes) {
  const from = process.cpuUsage();
  const classes = classifier.classify(codes);
  const { user, system } = process.cpuUsage(from);
  return { classes, seconds: (user + system) / 1e6 };
}

function compare(title, trials) {
  const [whole, reusing] = [engine({ holdBytes: 0 }), engine({})];
  for (const classifier of [whole, reusing, whole, reusing]) classifier.classify(codes);
  const sums = new Map([whole, reusing].map((classifier) => [classifier, 0]));
  trials.forEach((trial, i) => {
    const found = (i % 2 === 0 ? [whole, reusing] : [reusing, whole]).map((classifier) => {
      const { classes, seconds } = secondsOf(classifier, trial);
      sums.set(classifier, sums.get(classifier) + seconds);
      return classes;
    });
    if (found[0].some((c, j) => c !== found[1][j])) throw new Error("reuse changed a class");
  });
  const perMinute = (classifier) => ((60 * trials.length) / sums.get(classifier)).toFixed(0);
  const times = (sums.get(whole) / sums.get(reusing)).toFixed(2);
  console.log(
    `${title}: ${perMinute(whole)} trials/min whole, ${perMinute(reusing)} reusing, ${times} times`,
  );
}

for (const rate of positionals.length > 0 ? positionals.map(Number) : [0.001, 0.005, 0.02]) {
  const trials = Array.from(each, (_, index) => codesUnderFaults(network, { rate, index }));
  compare(`bit flips at rate ${rate}`, trials);
}
for (const { name, bits, codes: own } of network.layers) {
  const draws = random.stream("bench", "single", name);
  const trials = Array.from(each, () => {
    const at = draws.integer(own.length);
    return { ...codes, [name]: own.with(at, own[at] ^ (1 << draws.integer(bits))) };
  });
  compare(`single bits of ${name}`, trials);
}
