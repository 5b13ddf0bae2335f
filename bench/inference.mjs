/**
 * Images per second of LeNet-5 or ResNet-18 (width 16) on one thread: the integer engine against TensorFlow, interleaved in one run, medians.
 *
 *   node bench/inference.mjs [--model lenet5|resnet18] [--zeros 0.5] [--checkpoint FILE] [--images N] [--rounds 7] [--tensorflow] [--peer]
 *
 * Without a checkpoint the weights are random, and ResNet-18 gets the share of zeros asked for. --tensorflow adds the TensorFlow classifier of this project, --peer float
 * PyTorch, if python3 has it.
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
    classifier: integerClassifier(network, data, indices, { variant, skipZeros }),
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
