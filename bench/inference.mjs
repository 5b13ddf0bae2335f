/**
 * Images per second of LeNet-5 on one thread: the integer engine against TensorFlow, interleaved in one run, medians.
 *
 *   node bench/inference.mjs [--checkpoint FILE] [--images 10000] [--rounds 7] [--tensorflow] [--peer]
 *
 * Without a checkpoint the weights are random. --tensorflow adds the TensorFlow classifier of this project, --peer float
 * PyTorch, if python3 has it.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { readCheckpoint } from "../dist/checkpoints/index.js";
import { fashionMnistSplit, loadFashionMnist } from "../dist/datasets/index.js";
import { codesOf, deploy, integerClassifier, supports } from "../dist/inference/index.js";
import { activationNodes, lenet5, weightLayers } from "../dist/models/index.js";
import { stream } from "../dist/random/index.js";

const { values } = parseArgs({
  options: {
    checkpoint: { type: "string" },
    images: { type: "string", default: "10000" },
    rounds: { type: "string", default: "7" },
    tensorflow: { type: "boolean", default: false },
    peer: { type: "boolean", default: false },
  },
});

function randomNetwork(model) {
  const layers = weightLayers(model).map(({ name, shape, weights, outputs, fanIn }) => {
    const draws = stream("bench", name);
    const code = () => Math.min(15, Math.max(0, Math.round(7.5 + 3 * draws.normal())));
    const codes = Uint8Array.from({ length: weights }, code);
    return { name, shape, codes, clip: 2.5 * Math.sqrt(2 / fanIn), bias: new Float32Array(outputs) };
  });
  const activationClips = Object.fromEntries(activationNodes(model).map((name) => [name, 1.5]));
  return { model, bits: { weights: 4, activations: 4 }, layers, activationClips, threshold: 0 };
}

/** Multiply-accumulates of one image of LeNet-5. */
const MACS = 28 * 28 * 25 * 6 + 10 * 10 * 150 * 16 + 400 * 120 + 120 * 84 + 84 * 10;

const network = values.checkpoint ? deploy(lenet5, readCheckpoint(values.checkpoint)) : randomNetwork(lenet5);
const data = loadFashionMnist({ split: "train" });
const count = Number(values.images);
const indices = fashionMnistSplit().train.subarray(0, count);
const codes = codesOf(network);

const engines = ["relaxed", "strict"].filter(supports).map((variant) => ({
  name: `integer, ${variant}`,
  classifier: integerClassifier(network, data, indices, { variant }),
}));
if (values.tensorflow) {
  const { loadBackend } = await import("../dist/backend/index.js");
  const { tensorClassifier } = await import("../dist/inference/index.js");
  await loadBackend({ threads: 1 });
  engines.push({ name: "TensorFlow, fake quantized", classifier: tensorClassifier(network, data, indices) });
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
    `${name.padEnd(28)} ${rate.toFixed(0).padStart(8)} images/s ${((rate * MACS) / 1e9).toFixed(1).padStart(6)} GMAC/s ` +
      `${((rate / 10_000) * 60).toFixed(0).padStart(5)} trials of 10,000 images a minute; ${equal} classes as the first`,
  );
});

if (values.peer) {
  const { status, stdout } = spawnSync("python3", [new URL("./peer.py", import.meta.url).pathname], {
    encoding: "utf8",
  });
  console.log(status === 0 ? stdout.trim() : "PyTorch: python3 has no torch");
}
