import { describe, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { imageDataset } from "../../src/datasets/index.js";
import { measureFaults } from "../../src/experiments/campaign/index.js";
import { foldBatchNorm, importNetwork, importSafetensors } from "../../src/importing/index.js";
import { quantizePostTraining } from "../../src/importing/post-training/index.js";
import { compile, deploy, floatClasses, floatEvaluator } from "../../src/inference/index.js";
import {
  activationNodes,
  lenet5,
  type Model,
  quantizedLayers,
  resnet18,
  shapes,
  weightLayers,
} from "../../src/networks/index.js";
import { modelSchema, requireModel } from "../../src/networks/schema.js";
import { findStudy, parseStudy } from "../../src/studies/index.js";
import { trainOn } from "../../src/training/index.js";
import { FASHION_CNN } from "../support/fashion-cnn.js";
import { randomNetwork } from "../support/integer-networks.js";
import { randomCheckpoint } from "../support/network.js";

/** A network with one node of every kind, as a plain object that may be spoiled. */
const right = () => ({
  name: "every",
  input: [8, 8, 1],
  classes: 3,
  nodes: [
    { op: "conv", name: "c", input: "input", filters: 2, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "maxPool", name: "p", input: "c", size: 2 },
    { op: "activation", name: "a", input: "p" },
    { op: "conv", name: "d", input: "a", filters: 2, kernel: [1, 1], stride: 1, padding: "valid" },
    { op: "batchNorm", name: "bn", input: "d" },
    { op: "add", name: "s", input: "bn", other: "a" },
    { op: "activation", name: "b", input: "s" },
    { op: "globalAveragePool", name: "g", input: "b" },
    { op: "flatten", name: "f", input: "g" },
    { op: "linear", name: "fc", input: "f", units: 3 },
  ] as Record<string, unknown>[],
});

/** The network with keys of one node changed, or taken away where the value is undefined. */
function spoiled(name: string, changes: Record<string, unknown>) {
  const model = right();
  const node = model.nodes.find((node) => node["name"] === name)!;
  for (const [key, value] of Object.entries(changes))
    if (value === undefined) delete node[key];
    else node[key] = value;
  return model;
}

const said = (value: unknown): string => {
  try {
    requireModel(value);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  return "nothing";
};

describe("a model that is right", () => {
  test("is given back as the same object: one with every kind of node, LeNet-5, ResNet-18", () => {
    for (const model of [right(), lenet5, resnet18(), resnet18({ width: 4 })]) {
      expect(requireModel(model)).toBe(model);
      expect(modelSchema.parse(model)).toBe(model);
    }
  });

  test("is looked at anew where it was changed since", () => {
    const model = right();
    requireModel(model);
    model.nodes[0]!["dilation"] = 2;
    expect(said(model)).toMatch(/has no key dilation/);
    delete model.nodes[0]!["dilation"];
    model.nodes[0]!["stride"] = 2;
    expect(shapes(model as unknown as Model).get("c")).toEqual([4, 4, 2]);
  });

  test("may have an epsilon of a batch norm, above 0", () => {
    expect(said(spoiled("bn", { epsilon: 1e-3 }))).toBe("nothing");
    for (const epsilon of [0, -1e-3, "1e-3", Number.NaN, null])
      expect(said(spoiled("bn", { epsilon }))).toMatch(
        /^node bn \(batchNorm\) of model every: epsilon must be a number above 0, got /,
      );
  });
});

describe("a node that is wrong is refused with its name, the key, the value and what is accepted", () => {
  test.each([
    [1, '"same" or "valid", got 1; "valid" pads nothing, "same" with stride 1 pads'],
    [[1, 1], '"same" or "valid", got [1,1]; "valid" pads nothing'],
    [0, '"same" or "valid", got 0; no padding is "valid"'],
    ["SAME", '"same" or "valid", got "SAME"; in lower case'],
    ["reflect", '"same" or "valid", got "reflect"'],
    [undefined, '"same" or "valid", got nothing'],
  ])("padding %j", (padding, message) => {
    expect(said(spoiled("c", { padding }))).toContain(
      `node c (conv) of model every: padding must be ${message}`,
    );
  });

  test.each([
    ["c", "kernel", 3, "[height, width], two whole numbers above 0, got 3; write [3, 3]"],
    ["c", "kernel", [3], "[height, width], two whole numbers above 0, got [3]"],
    ["c", "kernel", [3, 0], "[height, width], two whole numbers above 0, got [3,0]"],
    ["c", "kernel", undefined, "[height, width], two whole numbers above 0, got nothing"],
    ["c", "stride", [2, 1], "a whole number above 0, got [2,1]; it is the same for rows and columns"],
    ["c", "stride", [2, 2], "a whole number above 0, got [2,2]; write 2"],
    ["c", "stride", 0, "a whole number above 0, got 0"],
    ["c", "stride", undefined, "a whole number above 0, got nothing"],
    ["c", "filters", 1.5, "a whole number above 0, got 1.5"],
    ["p", "size", [2, 2], "a whole number above 0, got [2,2]; write 2"],
    ["fc", "units", "3", 'a whole number above 0, got "3"'],
    ["s", "other", undefined, 'the name of a node before it, or "input", got nothing'],
    ["a", "input", ["p"], 'the name of a node before it, or "input", got ["p"]'],
  ])("%s with %s %j", (node, key, value, message) => {
    expect(said(spoiled(node, { [key]: value }))).toMatch(new RegExp(`^node ${node} \\(`));
    expect(said(spoiled(node, { [key]: value }))).toContain(`of model every: ${key} must be ${message}`);
  });

  test.each([
    ["p", "stride", 2, "op, name, input, size; max pooling has the stride of its size"],
    ["p", "padding", 1, "op, name, input, size; max pooling has the stride of its size and no padding"],
    ["c", "dilation", 2, "dilated convolutions are not supported"],
    ["c", "groups", 2, "grouped and depthwise convolutions are not supported"],
    ["c", "bias", false, "leave the key out"],
    ["a", "max", 6, "an activation is ReLU up to the clip of its quantizer"],
    ["a", "negativeSlope", 0.1, "an activation is ReLU"],
    ["bn", "eps", 1e-3, "op, name, input, epsilon; it is called epsilon"],
    ["fc", "constructor", 1, "op, name, input, units"],
  ])("%s with the unknown key %s", (node, key, value, message) => {
    expect(said(spoiled(node, { [key]: value }))).toMatch(
      new RegExp(`^node ${node} \\(\\w+\\) of model every has no key ${key}, only op, name, input`),
    );
    expect(said(spoiled(node, { [key]: value }))).toContain(message);
  });

  test.each([
    ["relu", '"activation" is ReLU'],
    ["Conv2d", '"conv" is a convolution'],
    ["Dense", '"linear" is a fully connected layer'],
    ["dropout", "leave it out"],
    ["relu6", 'got "relu6"'],
    ["toString", 'got "toString"'],
    [undefined, "got nothing"],
    [7, "got 7"],
  ])("op %s", (op, message) => {
    const text = said(spoiled("a", { op }));
    expect(text).toMatch(
      /^node a of model every: op must be one of conv, linear, maxPool, activation, flatten, batchNorm, add, globalAveragePool, got /,
    );
    expect(text).toContain(message);
  });

  test("by its place where it has no name, each mistake in a line of its own", () => {
    expect(said(spoiled("fc", { name: undefined, units: 0 }))).toBe(
      "the model is not valid:\n" +
        "  nodes[9] (linear) of model every: name must be a text that is not empty, got nothing\n" +
        "  nodes[9] (linear) of model every: units must be a whole number above 0, got 0",
    );
    expect(said({ ...right(), nodes: [null] })).toBe(
      "nodes[0] of model every must be an object with op, name and input, got null",
    );
  });
});

describe("a model that is wrong as a whole is refused", () => {
  test.each([
    [undefined, "a model must be an object with name, input, classes, nodes, got nothing"],
    ["lenet5", 'a model must be an object with name, input, classes, nodes, got "lenet5"'],
    [[], "a model must be an object with name, input, classes, nodes, got []"],
    [{ ...right(), nodes: undefined }, "model every: nodes must be a list of at least one node, got nothing"],
    [{ ...right(), nodes: [] }, "model every: nodes must be a list of at least one node, got []"],
    [{ ...right(), name: "" }, "model : name must be a text that is not empty"],
    [
      { ...right(), input: [28, 28] },
      "three whole numbers above 0, got [28,28]; write [28, 28, 1] for grey images",
    ],
    [{ ...right(), classes: undefined }, "classes must be a whole number from 1 to 256, got nothing"],
    [{ ...right(), layers: [] }, "model every has no key layers, only name, input, classes, nodes"],
  ])("%#", (model, message) => {
    expect(said(model)).toContain(message);
  });

  test("for more classes than a byte can name, and for logits that are not as many as classes", () => {
    const of = (classes: number, units = classes) => ({ ...spoiled("fc", { units }), classes });
    expect(said(of(256))).toBe("nothing");
    expect(said(of(257))).toBe(
      "model every: classes must be a whole number from 1 to 256, got 257; a predicted class is held in one byte",
    );
    expect(said(of(2, 300))).toBe(
      "the last node of model every must give 2 logits, one per class, got the shape [300]",
    );
  });

  test("for nodes that do not go together", () => {
    expect(said(spoiled("a", { input: "pool" }))).toBe(
      "node a reads pool, which is no node before it in model every; there are input, c, p",
    );
    expect(said(spoiled("s", { other: "g" }))).toMatch(/node s reads g, which is no node before it/);
    expect(said(spoiled("d", { name: "c" }))).toBe("two nodes of model every are named c");
    expect(said(spoiled("c", { name: "input" }))).toMatch(/a node of model every is named input/);
    expect(said(spoiled("p", { size: 9 }))).toBe(
      "node p would have the shape [0, 0, 2]: its window does not fit its input",
    );
    expect(said(spoiled("c", { padding: "valid", kernel: [9, 1] }))).toMatch(
      /^node c would have the shape \[0, 8, 2\]: its window does not fit/,
    );
    expect(said(spoiled("s", { other: "c" }))).toBe("node s adds c of shape [8, 8, 2] to [4, 4, 2]");
    expect(said(spoiled("fc", { input: "b" }))).toMatch(/reads the shape \[4, 4, 2\]; put a flatten node/);
  });
});

test("every function that takes a model refuses a wrong one in the same words", async () => {
  const model = spoiled("p", { stride: 1 }) as unknown as Model;
  const message = "node p (maxPool) of model every has no key stride, only op, name, input, size";
  const checkpoint = randomCheckpoint(lenet5, "wrong");
  const images = imageDataset(new Uint8Array(128), [0, 1], [8, 8, 1]);
  const bits = { weights: 4, activations: 4 };
  const tries: Record<string, () => unknown> = {
    shapes: () => shapes(model),
    weightLayers: () => weightLayers(model),
    activationNodes: () => activationNodes(model),
    quantizedLayers: () => quantizedLayers(model, bits),
    importNetwork: () => importNetwork(model, {}),
    foldBatchNorm: () => foldBatchNorm(model, checkpoint),
    quantizePostTraining: () => quantizePostTraining(model, checkpoint, images, { bits }),
    deploy: () => deploy(model, checkpoint),
    compile: () => compile({ ...randomNetwork(lenet5, "wrong"), model }),
    floatEvaluator: () => floatEvaluator(model, checkpoint),
    floatClasses: () => floatClasses(model, checkpoint, images),
  };
  for (const [name, call] of Object.entries(tries)) expect(call, name).toThrow(message);
  expect(() => importSafetensors(FASHION_CNN, model)).toThrow(message);
  await expect(measureFaults({ mine: { model, checkpoint } }, images)).rejects.toThrow(message);
  const data = { dataset: images, train: Uint32Array.of(0), validation: Uint32Array.of(1) };
  await expect(trainOn(model, checkpoint, data, { bits })).rejects.toThrow(message);
});

test("a study with a wrong model as data says where in it, what is accepted and what stands there", () => {
  const study = (model: unknown) => () => parseStudy({ ...findStudy("lenet5-fashion", "quick"), model });
  const nodes = lenet5.nodes.map((node) => (node.name === "conv2" ? { ...node, padding: 1 } : node));
  expect(study({ ...lenet5, nodes })).toThrow(
    /model\.nodes\.3\.padding: must be "same" or "valid"; .*, got 1$/m,
  );
  expect(study({ ...lenet5, classes: 300 })).toThrow(
    /model\.classes: must be a whole number from 1 to 256; .*, got 300/,
  );
  expect(study(lenet5)).not.toThrow();
});
