import { describe, expect, it } from "vitest";
import { lenet5, type Model } from "../../src/networks/index.js";
import { measureSparsity } from "../../src/sparsity/index.js";

/** input -> conv 3x3 -> activation -> conv 3x3 -> activation -> linear, small enough to count by hand. */
const tiny = (padding: "same" | "valid", stride = 1): Model => ({
  name: "tiny",
  input: [5, 5, 1],
  classes: 2,
  nodes: [
    { op: "conv", name: "c1", input: "input", filters: 1, kernel: [1, 1], stride: 1, padding: "valid" },
    { op: "activation", name: "a1", input: "c1" },
    { op: "conv", name: "c2", input: "a1", filters: 2, kernel: [3, 3], stride, padding },
    { op: "activation", name: "a2", input: "c2" },
    { op: "flatten", name: "flat", input: "a2" },
    { op: "linear", name: "fc", input: "flat", units: 2 },
  ],
});

/** Multiply-accumulates of c2 in which the unit (row, column) takes part, counted by walking over every window. */
function bruteForceUses(size: number, padding: "same" | "valid", stride: number): number[] {
  const outputs = Math.ceil((padding === "same" ? size : size - 2) / stride);
  const before = padding === "same" ? Math.floor(Math.max((outputs - 1) * stride + 3 - size, 0) / 2) : 0;
  const uses = new Array<number>(size * size).fill(0);
  for (let y = 0; y < outputs; y++)
    for (let x = 0; x < outputs; x++)
      for (let ky = 0; ky < 3; ky++)
        for (let kx = 0; kx < 3; kx++) {
          const [row, column] = [y * stride - before + ky, x * stride - before + kx];
          if (row >= 0 && row < size && column >= 0 && column < size) uses[row * size + column]! += 2;
        }
  return uses;
}

describe("measured sparsity", () => {
  it("is the share of zero codes by count, by layer and in all", () => {
    const images = 4;
    const zeros = { a1: new Float64Array(25).fill(1), a2: new Float64Array(18).fill(3) };
    const measured = measureSparsity(tiny("valid"), zeros, images);
    expect(measured.byLayer).toEqual({ a1: 0.25, a2: 0.75 });
    expect(measured.total).toBeCloseTo((25 * 0.25 + 18 * 0.75) / 43, 12);
  });

  it.each([
    ["valid", 1],
    ["same", 1],
    ["same", 2],
    ["valid", 2],
  ] as const)("weighs each unit by its products, with %s padding and stride %i", (padding, stride) => {
    const model = tiny(padding, stride);
    const uses = bruteForceUses(5, padding, stride);
    const outputs = Math.ceil((padding === "same" ? 5 : 3) / stride) ** 2 * 2;
    const products = uses.reduce((a, b) => a + b, 0) + outputs * 2;
    for (const unit of [0, 7, 12, 24]) {
      const a1 = new Float64Array(25);
      a1[unit] = 1;
      const { skippedMacs } = measureSparsity(model, { a1, a2: new Float64Array(outputs) }, 1);
      expect(skippedMacs).toBeCloseTo(uses[unit]! / products, 12);
    }
  });

  it("of LeNet-5 is over 1,176 + 400 + 120 + 84 units", () => {
    const zeros = {
      act1: new Float64Array(1176),
      act2: new Float64Array(400),
      act3: new Float64Array(120),
      act4: new Float64Array(84),
    };
    expect(measureSparsity(lenet5, zeros, 1)).toMatchObject({ total: 0, skippedMacs: 0 });
    zeros.act4.fill(1);
    expect(measureSparsity(lenet5, zeros, 1).total).toBeCloseTo(84 / 1780, 12);
  });

  it("behind an average pool counts one product for each channel and output, skipped where the whole channel is 0", () => {
    const model: Model = {
      name: "pooled",
      input: [2, 3, 1],
      classes: 5,
      nodes: [
        { op: "conv", name: "c", input: "input", filters: 2, kernel: [1, 1], stride: 1, padding: "valid" },
        { op: "activation", name: "a", input: "c" },
        { op: "globalAveragePool", name: "g", input: "a" },
        { op: "flatten", name: "f", input: "g" },
        { op: "linear", name: "fc", input: "f", units: 5 },
      ],
    };
    // Of 4 images, every unit is 0 in two; the first channel as a whole in one, the second in none.
    const zeros = { a: new Float64Array(12).fill(2), g: Float64Array.of(1, 0) };
    expect(measureSparsity(model, zeros, 4)).toEqual({
      total: 0.5,
      byLayer: { a: 0.5 },
      skippedMacs: (1 * 5) / (4 * 2 * 5),
    });
    expect(() => measureSparsity(model, { a: zeros.a }, 4)).toThrow("no zero counts of g, which fc reads");
    expect(() => measureSparsity(model, { ...zeros, g: zeros.a }, 4)).toThrow(
      "g has 2 units, got 12 zero counts",
    );
  });

  it("of nothing but zeros is 1", () => {
    const zeros = { a1: new Float64Array(25).fill(2), a2: new Float64Array(18).fill(2) };
    expect(measureSparsity(tiny("valid"), zeros, 2)).toEqual({
      total: 1,
      byLayer: { a1: 1, a2: 1 },
      skippedMacs: 1,
    });
  });

  it("refuses counts that do not fit the model, and no images", () => {
    expect(() => measureSparsity(tiny("valid"), { a1: new Float64Array(25) }, 1)).toThrow(
      "no zero counts of a2",
    );
    const short = { a1: new Float64Array(24), a2: new Float64Array(18) };
    expect(() => measureSparsity(tiny("valid"), short, 1)).toThrow("a1 has 25 units, got 24 zero counts");
    expect(() => measureSparsity(tiny("valid"), short, 0)).toThrow("images must be > 0, got 0");
  });
});
