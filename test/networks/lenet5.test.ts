import { describe, expect, it } from "vitest";
import { activationNodes, lenet5, type Model, shapes, weightLayers } from "../../src/networks/index.js";

describe("LeNet-5", () => {
  it("has 61,470 weights and 236 biases, 61,706 parameters", () => {
    const layers = weightLayers(lenet5);
    const weights = layers.reduce((sum, { weights }) => sum + weights, 0);
    const biases = layers.reduce((sum, { outputs }) => sum + outputs, 0);
    expect([weights, weights + biases]).toEqual([61_470, 61_706]);
  });

  it("feeds its weight layers from 1,176, 400, 120 and 84 units", () => {
    const shape = shapes(lenet5);
    const units = activationNodes(lenet5).map((name) => shape.get(name)!.reduce((a, b) => a * b, 1));
    expect(units).toEqual([1176, 400, 120, 84]);
  });

  it("reads pixels in conv1, and the flattened codes of act2 in fc1", () => {
    expect(weightLayers(lenet5).map(({ name, reads }) => [name, reads])).toEqual([
      ["conv1", "input"],
      ["conv2", "act1"],
      ["fc1", "act2"],
      ["fc2", "act3"],
      ["fc3", "act4"],
    ]);
  });

  it("takes 416,520 multiply-accumulates an image", () => {
    const shape = shapes(lenet5);
    const macs = weightLayers(lenet5).map(({ name, weights, outputs }) => {
      const positions = shape.get(name)!.reduce((a, b) => a * b, 1) / outputs;
      return weights * positions;
    });
    expect(macs.reduce((a, b) => a + b, 0)).toBe(416_520);
  });
});

describe("a model", () => {
  const model = (...nodes: Model["nodes"]): Model => ({ name: "m", input: [4, 4, 1], classes: 2, nodes });

  it("that reads an unknown node is refused by both names", () => {
    expect(() => shapes(model({ op: "flatten", name: "flat", input: "nowhere" }))).toThrow(
      "node flat reads nowhere",
    );
  });

  it("with a window that does not fit, or a linear layer on an image, is refused", () => {
    const conv = {
      op: "conv",
      name: "c",
      input: "input",
      filters: 1,
      kernel: [5, 5],
      stride: 1,
      padding: "valid",
    } as const;
    expect(() => shapes(model(conv))).toThrow("node c would have the shape [0, 0, 1]");
    expect(() => shapes(model({ op: "linear", name: "fc", input: "input", units: 2 }))).toThrow(
      "put a flatten node before it",
    );
  });

  it("with two nodes of one name is refused", () => {
    const flat = { op: "flatten", name: "flat", input: "input" } as const;
    expect(() => shapes(model(flat, flat))).toThrow("two nodes of model m are named flat");
  });
});
