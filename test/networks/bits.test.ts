import { describe, expect, it } from "vitest";
import { bitsLabel, lenet5, quantizedLayers, resnet18, weightLayers } from "../../src/networks/index.js";

describe("quantizedLayers()", () => {
  it("gives every weight layer, in model order, the network's bits of weights", () => {
    expect(quantizedLayers(lenet5, { weights: 3 })).toEqual(
      weightLayers(lenet5).map((layer) => ({ ...layer, bits: 3 })),
    );
  });

  it("gives the first and the last weight layer bits of their own, and no other", () => {
    const widths = quantizedLayers(lenet5, { weights: 4, ends: 8 }).map(({ name, bits }) => [name, bits]);
    expect(widths).toEqual([
      ["conv1", 8],
      ["conv2", 4],
      ["fc1", 4],
      ["fc2", 4],
      ["fc3", 8],
    ]);
    const residual = quantizedLayers(resnet18(), { weights: 2, ends: 5 }).map(({ bits }) => bits);
    expect(residual).toEqual([5, ...Array(residual.length - 2).fill(2), 5]);
  });

  it("takes a single layer as both ends", () => {
    const model = { ...lenet5, nodes: lenet5.nodes.slice(0, 3) };
    expect(quantizedLayers(model, { weights: 4, ends: 8 }).map(({ bits }) => bits)).toEqual([8]);
  });
});

it("bits are written W4A4, with those of the first and last layer where they are others", () => {
  expect(bitsLabel({ weights: 4, activations: 3 })).toBe("W4A3");
  expect(bitsLabel({ weights: 4, activations: 4, ends: 4 })).toBe("W4A4");
  expect(bitsLabel({ weights: 4, activations: 4, ends: 8 })).toBe("W4A4 (first and last layer W8)");
});
