import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openBitRows } from "../../../src/experiments/single-bit/bit-rows.js";
import {
  type BitRow,
  codeWithFault,
  inMixedOrder,
  planSingleBits,
  type Stratum,
  summarizeBits,
} from "../../../src/experiments/single-bit/single-bit.js";
import { testBits } from "../../../src/experiments/single-bit/test-bits.js";
import { flip, stuckAt0, stuckAt1 } from "../../../src/faults/index.js";
import { codesOf } from "../../../src/inference/deploy.js";
import { integerClassifier } from "../../../src/inference/engine.js";
import { compile } from "../../../src/inference/program.js";
import { evaluate } from "../../../src/inference/reference.js";
import { type Model, quantizedLayers, weightLayers } from "../../../src/networks/index.js";
import { leveugleSampleSize } from "../../../src/statistics/index.js";
import { temporaryFolder } from "../../support/cli.js";
import { randomImages, randomNetwork } from "../../support/integer-networks.js";

const modelOf = (small: number, large = small) => ({
  name: "m",
  layers: [
    { name: "small", weights: 25, bits: small },
    { name: "large", weights: 5000, bits: large },
  ],
});

describe("the plan", () => {
  test("has a stratum per layer and bit position: small layers whole, large ones by Leveugle's sample size", () => {
    const strata = planSingleBits(modelOf(4), { margin: 0.05, exhaustive: 100 });
    expect(strata.map(({ layer, bit }) => `${layer} ${bit}`)).toEqual(
      ["small", "large"].flatMap((layer) => [0, 1, 2, 3].map((bit) => `${layer} ${bit}`)),
    );
    expect([...strata[2]!.weights]).toEqual([...Array(25).keys()]);
    for (const { weights, population } of strata.slice(4)) {
      expect(population).toBe(5000);
      expect(weights.length).toBe(leveugleSampleSize(5000, { margin: 0.05 }));
      expect(new Set(weights).size).toBe(weights.length);
    }
    expect(strata[4]!.weights).not.toEqual(strata[5]!.weights);
  });

  test("of a smaller margin contains that of a larger one", () => {
    const [few, many] = [0.1, 0.03].map(
      (margin) => planSingleBits(modelOf(2), { margin, exhaustive: 0 })[3]!.weights,
    );
    expect(many!.length).toBeGreaterThan(few!.length);
    expect(many!.subarray(0, few!.length)).toEqual(few);
  });

  test("tests every bit of every layer if asked to", () => {
    const strata = planSingleBits(modelOf(3), { exhaustive: Infinity });
    expect(inMixedOrder(strata)).toHaveLength(3 * 5025);
  });

  test("has as many bit positions in a layer as its weights have bits", () => {
    const strata = planSingleBits(modelOf(8, 2), { exhaustive: Infinity });
    expect(strata.map(({ layer }) => layer)).toEqual([...Array(8).fill("small"), "large", "large"]);
  });

  test("mixes the strata: each is a quarter done when the whole is", () => {
    const strata = planSingleBits(modelOf(1), { exhaustive: Infinity });
    const quarter = inMixedOrder(strata).slice(0, 5025 / 4);
    expect(quarter.filter(({ layer }) => layer === "small").length).toBeCloseTo(25 / 4, -1);
    expect(quarter.some(({ layer }) => layer === "small")).toBe(true);
  });

  test("refuses a margin of 0, and says how to test every bit", () => {
    expect(() => planSingleBits(modelOf(4), { margin: 0 })).toThrow(
      "margin must be in (0, 1), got 0; to test",
    );
  });

  test("refuses options that do not exist, and a model that is none", () => {
    expect(() => planSingleBits(modelOf(4), { margins: 0.1 } as object)).toThrow(
      "planSingleBits has no option margins; its options are margin, exhaustive",
    );
    expect(() => planSingleBits(modelOf(4), { exhaustive: -1 })).toThrow(
      "exhaustive must be a number of bits from 0, got -1",
    );
    expect(() => planSingleBits({ name: "m", nodes: [] } as never)).toThrow(
      /model must have a name and layers: .*quantizedLayers\(model, bits\)/,
    );
  });
});

test("a faulty bit changes the stored code, in the memory's encoding", () => {
  const binary = { bits: 4, encoding: "offset-binary" } as const;
  expect(codeWithFault(5, 1, { ...binary, model: flip })).toBe(7);
  expect(codeWithFault(5, 0, { ...binary, model: stuckAt0 })).toBe(4);
  expect(codeWithFault(5, 0, { ...binary, model: stuckAt1 })).toBe(5);
  // Gray code of 5 is 0111; without its top bit's neighbour it is 0011, which stands for 2.
  expect(codeWithFault(5, 2, { bits: 4, encoding: "gray", model: flip })).toBe(2);
});

describe("the summary", () => {
  const row = (weight: number, correct: number, changed: number): BitRow => {
    return { layer: "l", weight, bit: 0, before: 1, after: 0, correct, changed };
  };
  const rows = [row(0, 90, 0), row(1, 80, 11), row(2, 94, 6)];
  const stratum = (population: number): Stratum[] => [
    { layer: "l", bit: 0, population, weights: Uint32Array.of(0, 1, 2) },
  ];
  const counts = { faultFree: 90, images: 200 };

  test("has mean and largest loss in points of accuracy and the share of bits that change a prediction", () => {
    const [summary] = summarizeBits(stratum(3), rows, counts);
    expect(summary).toMatchObject({
      layer: "l",
      bit: 0,
      bits: 3,
      tested: 3,
      largestLoss: 5,
      critical: 2 / 3,
    });
    expect(summary!.meanLoss).toBeCloseTo((0 + 5 - 2) / 3, 12);
    expect([summary!.meanLossLow, summary!.meanLossHigh]).toEqual([summary!.meanLoss, summary!.meanLoss]);
  });

  test("of a sample has intervals: t(2) s sqrt((1 - 3/6)/3) around the mean", () => {
    const [summary] = summarizeBits(stratum(6), rows, counts);
    const half = 4.302653 * Math.sqrt(13) * Math.sqrt(0.5 / 3); // losses 0, 5, -2: variance 13
    expect(summary!.meanLossHigh - summary!.meanLoss).toBeCloseTo(half, 5);
    expect(summary!.criticalLow).toBeGreaterThanOrEqual(2 / 6);
    expect(summary!.criticalHigh).toBeLessThanOrEqual(5 / 6);
  });

  test("refuses to sum up what is not tested", () => {
    expect(() => summarizeBits(stratum(3), rows.slice(1), counts)).toThrow(
      "bit 0 of weight 0 of layer l is not tested yet",
    );
  });
});

const tiny: Model = {
  name: "tiny",
  input: [6, 6, 1],
  classes: 5,
  nodes: [
    { op: "conv", name: "conv", input: "input", filters: 8, kernel: [3, 3], stride: 1, padding: "valid" },
    { op: "activation", name: "act1", input: "conv" },
    { op: "flatten", name: "flat", input: "act1" },
    { op: "linear", name: "fc1", input: "flat", units: 12 },
    { op: "activation", name: "act2", input: "fc1" },
    { op: "linear", name: "fc2", input: "act2", units: 5 },
  ],
};

describe("the tests of bits", () => {
  const network = randomNetwork(tiny, "bits");
  const data = randomImages(12, tiny.input, "bits");
  const labels = Uint8Array.from({ length: 12 }, (_, i) => i % 5);
  const indices = Uint32Array.from({ length: 12 }, (_, i) => i);
  const classifier = integerClassifier(network, data, indices);
  const strata = planSingleBits(
    { name: "tiny", layers: quantizedLayers(tiny, network.bits) },
    {
      exhaustive: 0,
      margin: 0.3,
    },
  );
  const subject = { network, classifier, labels, encoding: "offset-binary" } as const;

  test("give what the scalar reference gives with that one code changed", async () => {
    const store = openBitRows(join(temporaryFolder(), "bits.csv"));
    const { faultFree, tested } = await testBits({ ...subject, fault: flip }, strata, store);
    const program = compile(network);
    const own = codesOf(network);
    const size = 6 * 6;
    const predict = (codes: Readonly<Record<string, Uint8Array>>) =>
      Array.from(
        indices,
        (i) => evaluate(program, codes, data.images.subarray(i * size, (i + 1) * size)).predicted,
      );
    const clean = predict(own);
    expect(faultFree).toBe(clean.filter((c, i) => c === labels[i]).length);
    expect(tested).toBe(strata.reduce((sum, { weights }) => sum + weights.length, 0));
    const rows = store.rows();
    expect(rows.some(({ changed }) => changed > 0)).toBe(true);
    for (const { layer, weight, bit, before, after, correct, changed } of rows.filter(
      (_, i) => i % 7 === 0,
    )) {
      expect([before, after]).toEqual([own[layer]![weight], own[layer]![weight]! ^ (1 << bit)]);
      const codes = { ...own, [layer]: own[layer]!.with(weight, after) };
      const classes = predict(codes);
      expect(correct).toBe(classes.filter((c, i) => c === labels[i]).length);
      expect(changed).toBe(classes.filter((c, i) => c !== clean[i]).length);
    }
  });

  test("stuck-at faults of bits that hold that value already change nothing", async () => {
    const store = openBitRows(join(temporaryFolder(), "bits.csv"));
    const { faultFree } = await testBits({ ...subject, fault: stuckAt1 }, strata, store);
    const idle = store.rows().filter(({ before, after }) => before === after);
    expect(idle.length).toBeGreaterThan(0);
    for (const { before, bit, correct, changed } of idle)
      expect([(before >> bit) & 1, correct, changed]).toEqual([1, faultFree, 0]);
  });

  test("go on where they stopped, and end with the same bytes", async () => {
    const folder = temporaryFolder();
    const layers = weightLayers(tiny).map(({ name }) => name);
    const run = async (name: string, some: readonly Stratum[]) => {
      const store = openBitRows(join(folder, name));
      const { tested } = await testBits({ ...subject, fault: flip }, some, store);
      return { store, tested };
    };
    const whole = await run("whole.csv", strata);
    whole.store.sort(layers);
    await run("cut.csv", strata.slice(2, 6));
    appendFileSync(join(folder, "cut.csv"), "conv,3,1,7,5,1"); // cut off by a kill
    const rest = await run("cut.csv", strata);
    expect(rest.tested).toBeLessThan(whole.tested);
    rest.store.sort(layers);
    const bytes = (name: string) => readFileSync(join(folder, name), "utf8");
    expect(bytes("cut.csv")).toBe(bytes("whole.csv"));
    expect((await run("whole.csv", strata)).tested).toBe(0);
  });

  test("an interrupt leaves what was tested until then", async () => {
    const store = openBitRows(join(temporaryFolder(), "bits.csv"));
    const signal = AbortSignal.abort();
    const all = planSingleBits(
      { name: "tiny", layers: quantizedLayers(tiny, network.bits) },
      {
        exhaustive: Infinity,
      },
    );
    await expect(testBits({ ...subject, fault: flip }, all, store, { signal })).rejects.toThrow();
    expect(store.rows().length).toBeGreaterThan(0);
  });

  test("a file that is no list of tested bits is refused by its line", () => {
    const path = join(temporaryFolder(), "bits.csv");
    writeFileSync(path, "layer,weight,bit,before,after,correct,changed\nfc,1,2,3,x,5,6\n");
    expect(() => openBitRows(path)).toThrow(
      /line 2 of .*bits\.csv is not a tested bit: fc,1,2,3,x,5,6; restore/,
    );
    writeFileSync(path, "something else\n");
    expect(() => openBitRows(path)).toThrow(/must begin with layer,weight/);
  });
});
