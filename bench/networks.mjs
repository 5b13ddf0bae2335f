/* Networks and images of the benchmarks. */
import { join } from "node:path";
import { stream } from "../dist/base/random/index.js";
import { fashionMnistSplit, gatherLabels, loadFashionMnist } from "../dist/datasets/index.js";
import { publishedDirectory } from "../dist/experiments/results/index.js";
import { codesOf, compile, deploy, evaluate } from "../dist/inference/index.js";
import { stageInput, stageSums } from "../dist/inference/reference.js";
import { readCheckpoint } from "../dist/networks/checkpoints/index.js";
import { activationNodes, lenet5, resnet18, shapes, weightLayers } from "../dist/networks/index.js";

/** What is evaluated, by a name for its files: the network, and how many images are evaluated and used in a trial. */
export const NETWORKS = {
  lenet5: {
    title: "LeNet-5",
    evaluated: 10_000,
    tried: 10_000,
    network: publishedLeNet5,
    images: trainingImages,
  },
  "resnet18-50": resnet18With(0.5),
  "resnet18-85": resnet18With(0.85),
};

function resnet18With(zeros) {
  const model = resnet18();
  const images = (count) => {
    const data = randomImages(count, model.input);
    return { data, indices: Uint32Array.from({ length: count }, (_, i) => i), labels: data.labels };
  };
  return {
    title: `ResNet-18 of width 16, ${100 * zeros} % zeros`,
    evaluated: 1000,
    tried: 2000,
    network: () => calibrate(randomNetwork(model), images(1).data.images, zeros),
    images,
  };
}

/** The standard network of the quick profile. */
export function publishedLeNet5() {
  const folder = publishedDirectory("lenet5-fashion", "quick");
  return deploy(lenet5, readCheckpoint(join(folder, "checkpoints", "standard-seed0.safetensors")));
}

/** So many training images of Fashion-MNIST. */
export function trainingImages(count) {
  const data = loadFashionMnist({ split: "train" });
  const indices = fashionMnistSplit().train.subarray(0, count);
  return { data, indices, labels: gatherLabels(data, indices) };
}

/** Keyed random pixels and labels, to be used where only the time matters. */
export function randomImages(count, [height, width, channels]) {
  const draws = stream("bench", "images");
  const images = Uint8Array.from({ length: count * height * width * channels }, () => draws.integer(256));
  const labels = Uint8Array.from({ length: count }, () => draws.integer(10));
  return { images, labels, count, height, width, channels };
}

/** Keyed random weights of 4 bits. */
export function randomNetwork(model) {
  const layers = weightLayers(model).map(({ name, shape, weights, outputs, fanIn }) => {
    const draws = stream("bench", name);
    const code = () => Math.min(15, Math.max(0, Math.round(7.5 + 3 * draws.normal())));
    const codes = Uint8Array.from({ length: weights }, code);
    return { name, shape, bits: 4, codes, clip: 2.5 * Math.sqrt(2 / fanIn), bias: new Float32Array(outputs) };
  });
  const activationClips = Object.fromEntries(activationNodes(model).map((name) => [name, 2]));
  const norms = {};
  for (const node of model.nodes)
    if (node.op === "batchNorm") {
      const channels = shapes(model).get(node.name).at(-1);
      norms[node.name] = { gain: new Float64Array(channels).fill(1), offset: new Float64Array(channels) };
    }
  return { model, bits: { weights: 4, activations: 4 }, layers, activationClips, norms, threshold: 0 };
}

/** Sets the batch norms, stage after stage, so that about `zeros` of every activation's codes are 0 on `image`. */
export function calibrate(network, image, zeros) {
  const normOf = (layer) =>
    network.norms[network.model.nodes.find(({ op, input }) => op === "batchNorm" && input === layer)?.name];
  const { stages } = compile(network);
  for (const { name, output, sums, reads } of stages) {
    const norm = normOf(name);
    if (!norm) continue;
    const outputs = sums[2];
    // Compiled anew, because batch norm is part of the thresholds.
    const program = compile(network);
    const stage = program.stages.find((other) => other.name === name);
    const { codes } = evaluate(program, codesOf(network), image);
    const all = stageSums(
      { ...stage, signs: stage.signs.map(() => 1) },
      codesOf(network)[name],
      stageInput(stage, codes[reads]),
    );
    const layer = network.layers.find((other) => other.name === name);
    const step = (layer.clip / 15) * (reads === "input" ? 1 / 255 : 2 / 15);
    const other = output.kind === "residual" && output.otherScale !== null ? codes[output.other] : null;
    const standard = new Float64Array(all.length);
    const places = all.length / outputs;
    const moments = Array.from({ length: outputs }, (_, o) => {
      let [sum, squares] = [0, 0];
      for (let i = o; i < all.length; i += outputs) {
        sum += all[i] * step;
        squares += (all[i] * step) ** 2;
      }
      const mean = sum / places;
      return { mean, sd: Math.sqrt(Math.max(squares / places - mean ** 2, 1e-6)) };
    });
    all.forEach((s, i) => {
      standard[i] = (s * step - moments[i % outputs].mean) / moments[i % outputs].sd;
    });
    let [low, high] = [-8, 8];
    for (let round = 0; round < 30 && output.kind !== "reals"; round++) {
      const shift = (low + high) / 2;
      let count = 0;
      standard.forEach((t, i) => {
        if (t - shift + (other ? (other[i] * 2) / 15 : 0) < 1 / 15) count++;
      });
      if (count / all.length < zeros) low = shift;
      else high = shift;
    }
    const shift = output.kind === "reals" ? 0 : (low + high) / 2;
    moments.forEach(({ mean, sd }, o) => {
      norm.gain[o] = 1 / sd;
      norm.offset[o] = -mean / sd - shift;
    });
  }
  return network;
}
