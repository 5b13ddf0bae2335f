import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Field, Finish, Method } from "../../src/inference/assembly/fields.js";
import { codesOf } from "../../src/inference/deploy.js";
import { type KernelVariant, supports } from "../../src/inference/kernels.js";
import { Machine, type MachineOptions } from "../../src/inference/machine.js";
import { compile } from "../../src/inference/program.js";
import { evaluate } from "../../src/inference/reference.js";
import { skippingPays } from "../../src/inference/skipping.js";
import { lenet5, type Model, type Node, resnet18, shapes } from "../../src/networks/index.js";
import { type RandomOptions, randomImages, randomNetwork, tinyResNet } from "../support/integer-networks.js";

const VARIANTS = (["strict", "relaxed", "avx2", "avxvnni", "avx512vnni"] as const).filter(supports);

const side = (max: number) => fc.integer({ min: 1, max });

/** Two convs, the first perhaps with batch norm and pooling, then two linear layers; of any shapes that fit. */
const models = fc
  .record({
    input: fc.tuple(side(20), side(20), side(3)),
    first: fc.record({ filters: side(20), kernel: fc.tuple(side(5), side(5)), stride: side(2) }),
    second: fc.record({ filters: side(20), kernel: fc.tuple(side(4), side(4)), stride: side(3) }),
    padding: fc.tuple(fc.constantFrom("same", "valid"), fc.constantFrom("same", "valid")),
    norm: fc.boolean(),
    pool: side(3),
    units: side(20),
  })
  .map(({ input, first, second, padding, norm, pool, units }): Model => {
    const nodes: Node[] = [
      { op: "conv", name: "c1", input: "input", ...first, padding: padding[0] as "same" },
      ...(norm ? [{ op: "batchNorm", name: "n", input: "c1" } as const] : []),
      { op: "maxPool", name: "p", input: norm ? "n" : "c1", size: pool },
      { op: "activation", name: "a1", input: "p" },
      { op: "conv", name: "c2", input: "a1", ...second, padding: padding[1] as "same" },
      { op: "activation", name: "a2", input: "c2" },
      { op: "flatten", name: "f", input: "a2" },
      { op: "linear", name: "l1", input: "f", units },
      { op: "activation", name: "a3", input: "l1" },
      { op: "linear", name: "l2", input: "a3", units: 10 },
    ];
    return { name: "random", input, classes: 10, nodes };
  })
  .filter((model) => {
    try {
      shapes(model);
      return true;
    } catch {
      return false; // a window does not fit
    }
  });

interface KernelTest extends RandomOptions, Pick<MachineOptions, "skipZeros"> {
  readonly images?: number;
}

/** Expects every code of every layer, and every class, to be the scalar reference's. */
function expectReference(
  model: Model,
  key: string,
  variant: KernelVariant,
  { skipZeros = "measured", images: count = 6, ...options }: KernelTest = {},
): void {
  const network = randomNetwork(model, key, options);
  const program = compile(network);
  const { images } = randomImages(count, model.input, key);
  if (options.extreme) images.fill(255);
  const machine = new Machine(program, codesOf(network), images, { variant, group: 4, skipZeros });
  const size = images.length / count;
  const expected = Array.from({ length: count }, (_, i) =>
    evaluate(program, codesOf(network), images.subarray(i * size, (i + 1) * size)),
  );
  for (let i = 0; i < count; i++) {
    if (i % 4 === 0) machine.runGroup(i);
    for (const [name, codes] of Object.entries(expected[i]!.codes))
      if (name !== "input") expect({ name, codes: machine.codes(name, i % 4) }).toEqual({ name, codes });
  }
  expect([...machine.predict()]).toEqual(expected.map(({ predicted }) => predicted));
}

describe.each(VARIANTS)("the %s kernels give the scalar reference's codes", (variant) => {
  test("on LeNet-5", () => expectReference(lenet5, "kernels", variant));

  test("on a residual network with batch norm, strides and a global average pool", () =>
    expectReference(tinyResNet, "kernels", variant));

  test("on random networks of any shape, stride, padding, pooling, bits and sparsity", () => {
    const bits = fc.record({ weights: side(8), activations: side(8), ends: side(8) });
    fc.assert(
      fc.property(
        models,
        bits,
        fc.nat(),
        fc.double({ min: 0.05, max: 4, noNaN: true }),
        (model, bits, key, clip) => {
          expectReference(model, `any ${key}`, variant, { bits, clip });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("on the largest sums of either sign", () => {
    fc.assert(
      fc.property(
        models,
        fc.record({ weights: side(8), activations: side(8), ends: side(8) }),
        (model, bits) => {
          expectReference(model, "extreme", variant, { bits, clip: 0.001, extreme: true });
        },
      ),
      { numRuns: 30 },
    );
  });

  test("when every conv that can skips zeros, whatever their share", () => {
    const shape = fc.record({
      size: fc.tuple(side(12), side(12)),
      channels: fc.constantFrom(4, 8, 12, 16, 24),
      filters: fc.constantFrom(5, 16, 32, 33, 48, 64),
      kernel: fc.tuple(side(4), side(4)),
      stride: side(3),
      padding: fc.constantFrom("same" as const, "valid" as const),
    });
    const bits = fc.record({ weights: side(8), activations: side(8) });
    const clip = fc.constantFrom(0.01, 0.3, 1, 4, 10);
    fc.assert(
      fc.property(shape, bits, clip, fc.boolean(), ({ size, channels, ...conv }, bits, clip, extreme) => {
        fc.pre(conv.padding === "same" || (conv.kernel[0] <= size[0] && conv.kernel[1] <= size[1]));
        const model: Model = {
          name: "skipping",
          input: [...size, 1],
          classes: 3,
          nodes: [
            {
              ...{ op: "conv", name: "c1", input: "input", filters: channels, kernel: [1, 1], stride: 1 },
              padding: "same",
            },
            { op: "activation", name: "a1", input: "c1" },
            { op: "conv", name: "c2", input: "a1", ...conv },
            { op: "activation", name: "a2", input: "c2" },
            { op: "flatten", name: "f", input: "a2" },
            { op: "linear", name: "l", input: "f", units: 3 },
          ],
        };
        expectReference(model, "skip", variant, { bits, clip, extreme, skipZeros: "always" });
      }),
      { numRuns: 60 },
    );
  });

  test("on ResNet-18, with and without skipping zeros", () => {
    for (const skipZeros of ["always", "never"] as const)
      expectReference(resnet18({ width: 8 }), "resnet", variant, { skipZeros, images: 1 });
  });

  test("with FATReLU, whose thresholds no single scale reproduces", () =>
    expectReference(lenet5, "fatrelu", variant, { threshold: 0.3 }));
});

describe("each layer gets the fastest kernel that is exact for it", () => {
  const machineOf = (model: Model, variant: KernelVariant, options: RandomOptions = {}) => {
    const network = randomNetwork(model, "choice", options);
    const { images } = randomImages(4, model.input, "choice");
    const machine = new Machine(compile(network), codesOf(network), images, { variant, group: 4 });
    machine.predict();
    return machine.plan.stages.map(({ words }) => [
      Method[words[Field.method]!],
      Finish[words[Field.finish]!],
    ]);
  };

  test("strict kernels do every LeNet-5 layer in 16 bits", () => {
    expect(machineOf(lenet5, "strict").map(([method]) => method)).toEqual(Array(5).fill("dense16"));
  });

  test.skipIf(!supports("relaxed"))("relaxed kernels do LeNet-5 in 8 bits, codes by scale", () => {
    const [first, ...others] = machineOf(lenet5, "relaxed");
    expect(first).toEqual(["pixels8", "scale"]);
    expect(others.map(([method]) => method)).toEqual(Array(4).fill("dense8"));
    expect(others.map(([, finish]) => finish)).toEqual(["scale", "scale", "scale", "none"]);
  });

  test.skipIf(!supports("relaxed"))(
    "8-bit codes and first layers whose sums may exceed 16 bits fall back",
    () => {
      const bits = { weights: 8, activations: 8 };
      const chosen = machineOf(lenet5, "relaxed", { bits });
      expect(chosen.map(([method]) => method)).toEqual(Array(5).fill("dense16"));
      expect(chosen.map(([, finish]) => finish)).not.toContain("count");
      expect(machineOf(lenet5, "relaxed", { extreme: true })[0]![0]).toBe("dense16");
    },
  );

  test.skipIf(!supports("relaxed"))("layers of 8-bit weights fall back, those between them do not", () => {
    const bits = { weights: 4, activations: 4, ends: 8 };
    expect(machineOf(lenet5, "relaxed", { bits })).toEqual([
      ["dense16", "scale"],
      ["dense8", "scale"],
      ["dense8", "scale"],
      ["dense8", "scale"],
      ["dense16", "none"],
    ]);
  });

  test.skipIf(!VARIANTS.includes("avx2"))(
    "native kernels skip zeros where that is faster, in convs of codes that fit with their weights in bytes",
    () => {
      const methodsOf = (
        skipZeros: "always" | "measured",
        bits: { weights: number; activations: number },
      ) => {
        const network = randomNetwork(tinyResNet, "choice", { bits });
        const { images } = randomImages(4, tinyResNet.input, "choice");
        const options = { variant: "avx2", group: 4, skipZeros } as const;
        const machine = new Machine(compile(network), codesOf(network), images, options);
        return machine.plan.stages.map(({ words }) => Method[words[Field.method]!]);
      };
      const always = methodsOf("always", { weights: 7, activations: 8 });
      expect(always[0]).toBe("dense32");
      expect(always.at(-1)).toBe("dense32");
      expect(always).toContain("skip");
      expect(methodsOf("always", { weights: 8, activations: 8 })).not.toContain("skip");
      for (const method of methodsOf("measured", { weights: 7, activations: 8 }))
        expect(["dense32", "skip"]).toContain(method);
    },
  );

  test("FATReLU's codes are counted by thresholds", () => {
    expect(machineOf(lenet5, "strict", { threshold: 0.5 })[0]![1]).toBe("count");
  });

  test("zeros are skipped in sparse layers of many inputs, never in dense ones", () => {
    const layer = (channels: number) => ({ kernel: [3, 3], input: [8, 8, channels] }) as const;
    expect([16, 32, 64, 128].map((channels) => skippingPays(0.6, layer(channels)))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    for (const channels of [16, 128]) {
      expect(skippingPays(0.1, layer(channels))).toBe(false);
      expect(skippingPays(0.9, layer(channels))).toBe(true);
    }
  });
});
