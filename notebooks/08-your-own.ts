// ---
// jupyter:
//   jupytext:
//     cell_metadata_filter: -all
//     notebook_metadata_filter: kernelspec,-jupytext.text_representation.jupytext_version,-jupytext.text_representation.format_version
//     text_representation:
//       extension: .ts
//       format_name: percent
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # Your own network, your own fault model
//
// **Question.** How much accuracy does *my* network lose when the memory that holds its weights fails?
//
// Four steps, each a call: describe the network as data, load its weights, quantize it, measure it under faults. Nothing here
// needs TensorFlow or a study; replace file, description and images by yours. The network of this notebook is a small one that
// [a PyTorch script](../data/examples/train_fashion_cnn.py) trained on the training images of Fashion-MNIST and saved with
// `safetensors.torch.save_file(net.state_dict(), path)`.
//
// ## Describe it
//
// A network is a list of named nodes, images channels last. `activation` is ReLU, and the quantizer of activations at once. Two
// things to know if yours comes from PyTorch:
//
// - Write max pooling before the activation, even if the script has it after: the maximum of ReLUs is the ReLU of the maximum.
// - `padding: "same"` is PyTorch's `padding=1` of a 3 x 3 convolution (2 of a 5 x 5 one), `"valid"` its default.

// %%
import type { Model } from "../dist/networks/index.js";
import { shapes, weightLayers } from "../dist/networks/index.js";
import { show, showTable } from "../dist/notebook/index.js";

const model: Model = {
  name: "fashion-cnn",
  input: [28, 28, 1],
  classes: 10,
  nodes: [
    { op: "conv", name: "conv1", input: "input", filters: 8, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "maxPool", name: "pool1", input: "conv1", size: 2 },
    { op: "activation", name: "act1", input: "pool1" },
    { op: "conv", name: "conv2", input: "act1", filters: 16, kernel: [3, 3], stride: 1, padding: "valid" },
    { op: "maxPool", name: "pool2", input: "conv2", size: 2 },
    { op: "activation", name: "act2", input: "pool2" },
    { op: "flatten", name: "flat", input: "act2" },
    { op: "linear", name: "fc1", input: "flat", units: 20 },
    { op: "activation", name: "act3", input: "fc1" },
    { op: "linear", name: "fc2", input: "act3", units: 10 },
  ],
};
const outputs = shapes(model);
showTable(
  weightLayers(model).map(({ name, shape, weights }) => ({
    layer: name,
    "weights here": shape.join(" x "),
    count: weights,
    output: outputs.get(name)!.join(" x "),
  })),
);

// %% [markdown]
// ## Load its weights
//
// PyTorch stores a convolution as [outputs, inputs, height, width], a linear layer as [outputs, inputs], and flattens channels
// first; here it is [height, width, inputs, outputs], [inputs, outputs], and channels last. The importer sees from the shapes
// which of the two a file has, and moves every weight to its place. A tensor that is missing, left over or of another shape is
// an error that names it.

// %%
import { importSafetensors } from "../dist/importing/index.js";

const float = importSafetensors("../data/examples/fashion-cnn.safetensors", model);
showTable(
  Object.entries(float.parameters).map(([tensor, { shape, data }]) => ({
    tensor,
    shape: shape.join(" x "),
    "largest magnitude": data.reduce((most, w) => Math.max(most, Math.abs(w)), 0).toFixed(3),
  })),
);

// %% [markdown]
// | if your file | say |
// |---|---|
// | has other names than your description | `names: { conv1: "features.0", fc1: "classifier.1" }` |
// | has square layers only, which fit both layouts | `layout: "pytorch"` |
// | holds tensors that are no weights of the network | `ignore: ["step"]` |
// | was trained on normalised inputs, `Normalize((0.286,), (0.353,))` | `normalization: { mean: [0.286], sd: [0.353] }` |
// | has batch norm | nothing: nodes `{ op: "batchNorm", ... }` read PyTorch's running statistics |
//
// ## Images
//
// Bytes, one per pixel and channel, and a class for each image. Yours: `imageDataset(pixels, labels, [height, width, channels])`
// of `dist/datasets`. Here they are Fashion-MNIST: 100 training images to choose the quantizer's ranges with, and 2,000
// validation images, which the network has not seen, to measure on.

// %%
import { fashionMnistSplit, loadFashionMnist, pickImages } from "../dist/datasets/index.js";

const all = loadFashionMnist({ split: "train" });
const { train, validation } = fashionMnistSplit();
const calibration = pickImages(all, train.subarray(0, 100));
const images = pickImages(all, validation.subarray(0, 2000));

// %% [markdown]
// ## Quantize it
//
// Without training, all there is to choose is a clip per layer, $c$: where the grid of $2^k$ levels ends. A small one cuts off
// large values, a large one is coarse. `least-squares` looks for the clip with the least squared error, over the weights
// themselves and over the activations of the calibration images; the alternative is a share of the largest magnitude.

// %%
import type { Checkpoint } from "../dist/networks/checkpoints/index.js";
import { codesOf, countCorrect, deploy, integerClassifier } from "../dist/inference/index.js";
import { quantizePostTraining } from "../dist/importing/post-training/index.js";
import type { ClipRule } from "../dist/quantization/index.js";

const quantized = (bits: number, clips: ClipRule) =>
  quantizePostTraining(model, float, calibration, {
    bits: { weights: bits, activations: bits },
    weightClips: clips,
    activationClips: clips,
  });

const everyImage = Uint32Array.from({ length: images.count }, (_, i) => i);
const accuracy = (checkpoint: Checkpoint) => {
  const network = deploy(model, checkpoint);
  const classes = integerClassifier(network, images, everyImage).classify(codesOf(network));
  return `${((100 * countCorrect(classes, images.labels)) / images.count).toFixed(2)} %`;
};

showTable(
  [8, 4, 3].map((bits) => ({
    bits,
    "0.8 of the largest": accuracy(quantized(bits, { rule: "share", share: 0.8 })),
    "the largest": accuracy(quantized(bits, { rule: "share", share: 1 })),
    "least squares": accuracy(quantized(bits, { rule: "least-squares" })),
  })),
);
console.log("Accuracy on 2,000 validation images, without faults.");

// %% [markdown]
// No rule wins everywhere: at 3 bits a share of 0.8 keeps more than least squares, since a small error of the values is not yet a
// small error of the network. So try both, on images that you do not report.
//
// The float network itself, evaluated on typed arrays, for comparison: on 500 of the images, since that path is slow.

// %%
import { floatClasses } from "../dist/inference/index.js";

const few = pickImages(images, everyImage.subarray(0, 500));
const right = countCorrect(floatClasses(model, float, few), few.labels);
console.log(`float: ${right} of ${few.count} images right`);

// %% [markdown]
// ## A fault model of your own
//
// A fault model is a pure function of two integers: the bits as stored, and the mask of the faulty ones. Here is a memory that
// corrects a single faulty bit per weight, and gives up on two. It is applied to all codes and masks before it is used, so that
// one which leaves the bits of a weight, or is not pure, is refused.

// %%
import type { FaultModel } from "../dist/faults/index.js";

const corrected: FaultModel = {
  id: "corrected",
  title: "flip, corrected",
  apply: (stored, mask) => {
    const single = (mask & (mask - 1)) === 0;
    return single ? stored : stored ^ mask;
  },
};

// %% [markdown]
// ## Measure
//
// Every fault at every rate on ten fault maps, in exact integer arithmetic. The result has the rows of a study with one network,
// so the figures and tables of the other notebooks take it.

// %%
import { measureFaults } from "../dist/experiments/campaign/index.js";
import { accuracyAgainstRate } from "../dist/exhibits/index.js";
import { cellSignal } from "../dist/notebook/index.js";

const checkpoint = quantized(4, { rule: "least-squares" });
const results = await measureFaults({ "fashion-cnn": { model, checkpoint } }, images, {
  faults: ["flip", "sa0", "sa1", corrected],
  rates: [0.005, 0.01, 0.02, 0.03, 0.05],
  maps: 10,
  signal: cellSignal(),
});
console.log(`${results.trials.length} evaluations of ${images.count} images`);

// %%
await show(accuracyAgainstRate(results));

// %% [markdown]
// **What it says.** Flips and bits stuck at 1 take this network apart within a few per cent of faulty bits; correcting one bit per
// weight undoes most of that, at the cost of check bits, which are not counted here.
//
// **What it does not say.** The network was quantized without training, its clips are wide (below), and the size of a fault is
// proportional to the clip. A network that is trained on with its clips learned is another one. Bands are over fault maps:
// training the network again may give another curve.

// %%
import { networkTable } from "../dist/exhibits/index.js";

showTable(networkTable(results));

// %% [markdown]
// ## Quantize by training on
//
// Training needs TensorFlow, which `npm start` sets up, and minutes rather than seconds, so this is not run here. It starts from
// the imported network and may be sharpness-aware:
//
// ```ts
// import { trainOn } from "../dist/training/index.js";
//
// const trained = await trainOn(model, float, { dataset: all, train, validation }, {
//   bits: { weights: 4, activations: 4 },
//   gradient: { rule: "saq", rho: 0.2 },
//   settings: { epochs: 3 },
//   signal: cellSignal(),
// });
// const both = { "post-training": { model, checkpoint }, "trained on": { model, checkpoint: trained } };
// await show(accuracyAgainstRate(await measureFaults(both, images)));
// ```
//
// A network with batch norm is folded first: `foldBatchNorm(model, float)` of `dist/importing` gives both anew. To keep a
// checkpoint, `writeCheckpoint(path, checkpoint)` of `dist/networks/checkpoints`; `readCheckpoint` reads it again.
