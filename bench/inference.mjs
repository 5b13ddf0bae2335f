/**
 * Images per second of LeNet-5 or ResNet-18 (width 16) on one thread: the integer engine against TensorFlow, interleaved in one run, medians.
 *
 *   node bench/inference.mjs [--model lenet5|resnet18] [--zeros 0.5] [--checkpoint FILE] [--images N] [--rounds 7] [--tensorflow] [--peer] [--rates 0.001,0.005]
 *
 * Without a checkpoint the weights are random, and ResNet-18 gets the share of zeros asked for. --tensorflow adds the TensorFlow classifier of this project, --peer float
 * PyTorch, if python3 has it. --rates adds trials of bit flips at these rates, with what faults leave untouched computed anew and reused, and single bits.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readCheckpoint } from "../dist/checkpoints/index.js";
import { fashionMnistSplit, loadFashionMnist } from "../dist/datasets/index.js";
import { codesOf, compile, deploy, integerClassifier, supports } from "../dist/inference/index.js";
import { lenet5, resnet18 } from "../dist/models/index.js";
import { stream } from "../dist/random/index.js";
import { calibrate, randomNetwork } from "./networks.mjs";

const { values } = parseArgs({
  options: {
    checkpoint: { type: "string" },
    model: { type: "string", default: "lenet5" },
    zeros: { type: "string", default: "0.5" },
    images: { type: "string" },
    rounds: { type: "string", default: "7" },
    tensorflow: { type: "boolean", default: false },
    peer: { type: "boolean", default: false },
    rates: { type: "string" },
  },
});

const isLeNet = values.model === "lenet5";
const model = isLeNet ? lenet5 : resnet18();
const count = Number(values.images ?? (isLeNet ? 10_000 : 256));
const data = isLeNet ? loadFashionMnist({ split: "train" }) : randomImages(count, model.input);
const indices = isLeNet
  ? fashionMnistSplit().train.subarray(0, count)
  : Uint32Array.from({ length: count }, (_, i) => i);
const network = values.checkpoint
  ? deploy(model, readCheckpoint(values.checkpoint))
  : isLeNet
    ? randomNetwork(model)
    : calibrate(randomNetwork(model), data.images.subarray(0, 32 * 32 * 3), Number(values.zeros));
const codes = codesOf(network);

const skips = isLeNet ? ["measured"] : ["never", "measured", "always"];
const engines = ["relaxed", "strict"].filter(supports).flatMap((variant) =>
  skips.map((skipZeros) => ({
    name: `integer, ${variant}${isLeNet ? "" : `, skip ${skipZeros}`}`,
    classifier: integerClassifier(network, data, indices, { variant, skipZeros, holdBytes: 0 }),
  })),
);
if (values.tensorflow) {
  const { loadBackend } = await import("../dist/backend/index.js");
  const { tensorClassifier } = await import("../dist/inference/index.js");
  await loadBackend();
  engines.push({ name: "TensorFlow, fake quantized", classifier: tensorClassifier(network, data, indices) });
}

/** Multiply-accumulates of one image. */
const MACS = compile(network).stages.reduce((all, { sums, kernel, input }) => {
  return all + sums[0] * sums[1] * sums[2] * kernel[0] * kernel[1] * input[2];
}, 0);

function randomImages(count, [height, width, channels]) {
  const draws = stream("bench", "images");
  const images = Uint8Array.from({ length: count * height * width * channels }, () => draws.integer(256));
  return { images, labels: new Uint8Array(count), count, height, width, channels };
}

const seconds = engines.map(() => []);
const results = engines.map(({ classifier }) => classifier.classify(codes));
for (let round = 0; round < Number(values.rounds); round++)
  engines.forEach(({ classifier }, i) => {
    const start = performance.now();
    classifier.classify(codes);
    seconds[i].push((performance.now() - start) / 1000);
  });
console.log(`Node ${process.version}, ${count} images, median of ${values.rounds} interleaved rounds`);
const median = (xs) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)];
engines.forEach(({ name }, i) => {
  const rate = count / median(seconds[i]);
  const equal = results[i].filter((c, j) => c === results[0][j]).length;
  console.log(
    `${name.padEnd(32)} ${rate.toFixed(0).padStart(8)} images/s ${((rate * MACS) / 1e9).toFixed(1).padStart(6)} GMAC/s ` +
      `${((rate / 10_000) * 60).toFixed(0).padStart(5)} trials of 10,000 images a minute; ${equal} classes as the first`,
  );
});

/** Processor seconds of one evaluation: on a shared machine they vary less than those of the clock. */
function timed(classifier, codes) {
  const from = process.cpuUsage();
  const classes = classifier.classify(codes);
  const { user, system } = process.cpuUsage(from);
  return { classes, seconds: (user + system) / 1e6 };
}

/** Whole evaluations and those that reuse, by turns, on the same faults. */
function compareReuse(title, faulty) {
  const [whole, reusing] = [0, undefined].map((holdBytes) =>
    integerClassifier(network, data, indices, holdBytes === undefined ? {} : { holdBytes }),
  );
  for (const classifier of [whole, reusing, whole, reusing]) classifier.classify(codes);
  let [all, some] = [0, 0];
  faulty.forEach((trial, i) => {
    const turns = i % 2 === 0 ? [whole, reusing] : [reusing, whole];
    const [a, b] = turns.map((classifier) => ({ classifier, ...timed(classifier, trial) }));
    if (a.classes.some((c, j) => c !== b.classes[j])) throw new Error("reuse changed a class");
    for (const { classifier, seconds } of [a, b])
      if (classifier === whole) all += seconds;
      else some += seconds;
  });
  const perMinute = (seconds) => ((60 * faulty.length) / seconds).toFixed(0).padStart(7);
  console.log(
    `${title.padEnd(32)} ${perMinute(all)} trials/min whole ${perMinute(some)} reusing, ${(all / some).toFixed(2)} times`,
  );
}

if (values.rates) {
  const { drawFaultMap, flip, injectFaults } = await import("../dist/faults/index.js");
  for (const rate of values.rates.split(",").map(Number)) {
    const trials = Array.from({ length: 30 }, (_, index) => {
      const layers = network.layers.map(({ name, bits, codes }) => ({ name, weights: codes.length, bits }));
      const map = drawFaultMap({ key: "bench", index, layers, bits: network.bits.weights, ceiling: rate });
      const options = { rate, model: flip, encoding: "offset-binary" };
      return Object.fromEntries(
        network.layers.map(({ name, bits, codes }, i) => [
          name,
          injectFaults(codes, map.layers[i], { ...options, bits }).codes,
        ]),
      );
    });
    compareReuse(`bit flips at rate ${rate}`, trials);
  }
  for (const { name, codes: own } of network.layers) {
    const draws = stream("bench", "single", name);
    const trials = Array.from({ length: 30 }, () => {
      const at = draws.integer(own.length);
      return { ...codes, [name]: own.with(at, own[at] ^ (1 << draws.integer(bits))) };
    });
    compareReuse(`single bits of ${name}`, trials);
  }
}

if (values.peer) {
  const { status, stdout } = spawnSync(
    "python3",
    [fileURLToPath(new URL("./inference_peer.py", import.meta.url)), values.model],
    {
      encoding: "utf8",
    },
  );
  console.log(status === 0 ? stdout.trim() : "PyTorch: python3 has no torch");
}
