import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codesOf } from "../../src/inference/deploy.js";
import { compile } from "../../src/inference/program.js";
import { add, ceiling, divide, negate, rational } from "../../src/inference/rational.js";
import { countThresholds, evaluate } from "../../src/inference/reference.js";
import { codeThresholds } from "../../src/inference/thresholds.js";
import { lenet5, type Model } from "../../src/networks/index.js";
import { activationCode } from "../../src/quantization/index.js";
import { randomImages, randomNetwork, tinyResNet } from "../support/integer-networks.js";

describe("exact fractions", () => {
  test("a double is its exact fraction, down to the smallest", () => {
    expect(rational(0.75)).toEqual({ numerator: 3n, denominator: 4n });
    expect(rational(-6)).toEqual({ numerator: -6n, denominator: 1n });
    expect(rational(5e-324)).toEqual({ numerator: 1n, denominator: 2n ** 1074n });
  });

  test("ceiling agrees with Math.ceil on quotients of small integers", () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -20, max: 20 }), (a, b) => {
        fc.pre(b !== 0);
        expect(Number(ceiling(divide(rational(a), rational(b))))).toBe(Math.ceil(a / b) + 0);
      }),
    );
  });

  test("0.1 + 0.2 is not 0.3: sums of doubles are not rounded", () => {
    expect(add(add(rational(0.1), rational(0.2)), negate(rational(0.3))).numerator).not.toBe(0n);
  });
});

describe("thresholds", () => {
  const counted = (sum: number, thresholds: Int32Array, maxCode: number) =>
    countThresholds(Int32Array.of(sum), 1, { maxCode, thresholds })[0]!;
  /** x = S / 4 on a grid of step 1: ties at S = 2, 6, 10. */
  const quarter = { clips: [1, 3], divisor: 12, bias: Float32Array.of(0) } as const;

  test("an exact tie goes up, as floor(x + 0.5) does", () => {
    expect([...codeThresholds(quarter, 3, 3, 0).thresholds]).toEqual([2, 6, 10]);
  });

  test("FATReLU makes every code below its threshold 0 and leaves the others", () => {
    expect([...codeThresholds(quarter, 3, 3, 2).thresholds]).toEqual([8, 8, 10]);
  });

  test("the code of a sum is the grid's code of its real number", () => {
    const clip = fc.float({ min: Math.fround(0.01), max: 10, noNaN: true });
    fc.assert(
      fc.property(
        clip,
        clip,
        fc.integer({ min: 1, max: 8 }),
        fc.float({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.integer({ min: -5000, max: 5000 }),
        (weightClip, outputClip, bits, bias, gain, sum) => {
          const n = 2 ** bits - 1;
          const norm = { gain: Float64Array.of(gain), offset: Float64Array.of(0.25) };
          const affine = {
            clips: [weightClip, 1.5],
            divisor: 225,
            bias: Float32Array.of(bias),
            norm,
          } as const;
          const { signs, thresholds } = codeThresholds(affine, outputClip, n, 0);
          const x = gain * (((weightClip * 1.5) / 225) * sum + bias) + 0.25;
          const t = (n * x) / outputClip + 0.5;
          fc.pre(Math.abs(t - Math.round(t)) > 1e-9);
          expect(counted(signs[0]! * sum, thresholds, n)).toBe(activationCode(x, outputClip, bits));
          expect([...thresholds]).toEqual([...thresholds].sort((a, b) => a - b));
        },
      ),
    );
  });

  test("a gain of zero gives one code whatever the sum", () => {
    const norm = { gain: Float64Array.of(0), offset: Float64Array.of(2) };
    const affine = { clips: [1, 1], divisor: 1, bias: Float32Array.of(0), norm } as const;
    const { thresholds } = codeThresholds(affine, 3, 3, 0);
    for (const sum of [-1e6, 0, 1e6]) expect(counted(sum, thresholds, 3)).toBe(2);
  });
});

describe("the program", () => {
  test("LeNet-5 compiles to five stages whose sums have the shapes of the layers", () => {
    const { stages } = compile(randomNetwork(lenet5, "shapes"));
    expect(stages.map(({ sums, pool, reads }) => [...sums, pool, reads])).toEqual([
      [28, 28, 6, 2, "input"],
      [10, 10, 16, 2, "act1"],
      [1, 1, 120, 1, "act2"],
      [1, 1, 84, 1, "act3"],
      [1, 1, 10, 1, "act4"],
    ]);
  });

  test("a black image gives every channel of the first layer the code of its bias", () => {
    const network = randomNetwork(lenet5, "black");
    const { codes } = evaluate(compile(network), codesOf(network), new Uint8Array(784));
    const expected = Array.from(network.layers[0]!.bias, (b) =>
      activationCode(b, network.activationClips["act1"]!, 4),
    );
    expect([...codes["act1"]!.subarray(0, 6)]).toEqual(expected);
  });

  test("max pooling takes the maximum of real numbers also where batch norm turns the sign", () => {
    const model: Model = {
      name: "turned",
      input: [2, 2, 1],
      classes: 1,
      nodes: [
        { op: "conv", name: "c", input: "input", filters: 1, kernel: [1, 1], stride: 1, padding: "valid" },
        { op: "batchNorm", name: "n", input: "c" },
        { op: "maxPool", name: "p", input: "n", size: 2 },
        { op: "activation", name: "a", input: "p" },
        { op: "flatten", name: "f", input: "a" },
        { op: "linear", name: "l", input: "f", units: 1 },
      ],
    };
    const only = { bits: 4, codes: Uint8Array.of(15), clip: 1, bias: Float32Array.of(0) };
    const network = {
      ...randomNetwork(model, "turned"),
      layers: [
        { name: "c", shape: [1, 1, 1, 1], ...only },
        { name: "l", shape: [1, 1], ...only },
      ],
      activationClips: { a: 1 },
      norms: { n: { gain: Float64Array.of(-1), offset: Float64Array.of(1) } },
    };
    // Values 1 - p/255: the largest belongs to the darkest pixel, 51, and is 0.8: code 12.
    const { codes } = evaluate(compile(network), codesOf(network), Uint8Array.of(255, 51, 102, 204));
    expect(codes["a"]![0]).toBe(12);
  });

  test("an arrangement without integer program is refused by name", () => {
    const model: Model = {
      ...tinyResNet,
      nodes: [...tinyResNet.nodes, { op: "activation", name: "late", input: "fc" }],
    };
    expect(() => compile(randomNetwork(model, "refused"))).toThrow(/node late .*last node must be/);
  });

  test("a residual network gives the same codes twice, of many kinds", () => {
    const network = randomNetwork(tinyResNet, "residual");
    const program = compile(network);
    const { images } = randomImages(1, tinyResNet.input, "residual");
    const one = evaluate(program, codesOf(network), images);
    expect(evaluate(program, codesOf(network), images)).toEqual(one);
    expect(new Set(one.codes["a4"]).size).toBeGreaterThan(4);
  });
});
