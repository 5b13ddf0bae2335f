import { describe, expect, test } from "vitest";
import { stream } from "../../src/base/random/index.js";
import { bestVariant, ENGINE_TITLES, engineTitle } from "../../src/inference/choice.js";
import { countCorrect } from "../../src/inference/classifier.js";
import { codesOf } from "../../src/inference/deploy.js";
import { countZeros, integerClassifier } from "../../src/inference/engine.js";
import { nativeVariants, supports } from "../../src/inference/kernels.js";
import { compile } from "../../src/inference/program.js";
import { evaluate } from "../../src/inference/reference.js";
import { DOUBLE, reproducingScale, scaledCode } from "../../src/inference/scale.js";
import { passesSelfTest } from "../../src/inference/self-test.js";
import { lenet5 } from "../../src/networks/index.js";
import { measureSparsity } from "../../src/sparsity/index.js";
import { randomImages, randomNetwork, tinyResNet } from "../support/integer-networks.js";

const COUNT = 9;
const network = randomNetwork(lenet5, "engine");
const data = randomImages(COUNT, lenet5.input, "engine");
const indices = Uint32Array.from([4, 8, 0, 1, 2, 3, 5, 6, 7]);

/** Some flipped bits in every layer. */
function faulty(key: string) {
  const draws = stream("test", key);
  return Object.fromEntries(
    Object.entries(codesOf(network)).map(([name, codes]) => [
      name,
      codes.map((code) => (draws.uniform() < 0.1 ? code ^ (1 << draws.integer(4)) : code)),
    ]),
  );
}

describe("the integer classifier", () => {
  const classifier = integerClassifier(network, data, indices);
  const program = compile(network);
  const reference = (codes: Record<string, Uint8Array>) =>
    Array.from(
      indices,
      (i) => evaluate(program, codes, data.images.subarray(i * 784, (i + 1) * 784)).predicted,
    );

  test("gives the reference's classes in the order of the indices, with and without faults", () => {
    expect([...classifier.classify(codesOf(network))]).toEqual(reference(codesOf(network)));
    for (const key of ["one", "two"])
      expect([...classifier.classify(faulty(key))]).toEqual(reference(faulty(key)));
  });

  test("undoes faults exactly", () => {
    const checksum = classifier.checksum();
    const clean = classifier.classify(codesOf(network));
    classifier.classify(faulty("undone"));
    expect(classifier.checksum()).toBe(checksum);
    expect(classifier.classify(codesOf(network))).toEqual(clean);
  });

  test("every weight at its largest is evaluated right, where the kernel for pixels cannot be used", () => {
    const extreme = Object.fromEntries(
      Object.entries(codesOf(network)).map(([name, codes]) => [name, codes.map((_, i) => (i % 2) * 15)]),
    );
    expect([...classifier.classify(extreme)]).toEqual(reference(extreme));
  });

  test("refuses codes of a wrong length or range, and stays usable", () => {
    const codes = codesOf(network);
    expect(() => classifier.classify({ ...codes, fc1: new Uint8Array(3) })).toThrow(/codes\.fc1 .*48000/);
    expect(() => classifier.classify({ ...codes, fc3: codes["fc3"]!.map(() => 16) })).toThrow(
      /0 to 15, got 16/,
    );
    expect([...classifier.classify(codes)]).toEqual(reference(codes));
  });

  test("refuses images of another size", () => {
    expect(() => integerClassifier(network, { ...data, height: 14, count: 18 }, indices)).toThrow(
      /28 x 28 x 1/,
    );
  });
});

describe("what the integer classifier and its counts are told", () => {
  test("is refused where there is no such option or choice", () => {
    const classifier = (options: object) => () => integerClassifier(network, data, indices, options);
    expect(classifier({ skipzeros: "never" })).toThrow(
      "integerClassifier has no option skipzeros; its options are variant, skipZeros, holdBytes",
    );
    expect(classifier({ skipZeros: "sometimes" })).toThrow(
      'skipZeros must be one of always, never, measured, got "sometimes"',
    );
    expect(classifier({ variant: "fast" })).toThrow(
      'variant must be one of avx512vnni, avxvnni, avx2, relaxed, strict, reference, got "fast"',
    );
    expect(classifier({ holdBytes: Number.NaN })).toThrow(
      "holdBytes must be a number of bytes from 0, got NaN",
    );
    expect(() => countZeros(network, data, indices, { group: 4 } as object)).toThrow(
      "countZeros has no option group; its only option is variant",
    );
  });

  test("is refused where labels are too few, or no classes of the model", () => {
    const classifier = integerClassifier(network, data, indices);
    const codes = codesOf(network);
    expect(() => classifier.loss(codes, data.labels.subarray(1))).toThrow(
      "labels must be 9, one per image, got 8",
    );
    expect(() =>
      classifier.loss(
        codes,
        data.labels.map(() => 10),
      ),
    ).toThrow("labels must be below 10");
    expect(() => countCorrect(Uint8Array.of(1, 2), Uint8Array.of(1))).toThrow(
      "labels must be as many as classes, 2, got 1",
    );
  });
});

test("zeros are counted at every activation, and behind a global average pool by whole channels, as the reference has them", () => {
  for (const clip of [1.3, 40]) {
    const pooled = randomNetwork(tinyResNet, "zeros", { clip });
    const images = randomImages(7, tinyResNet.input, "zeros");
    const size = images.images.length / 7;
    const program = compile(pooled);
    const expected: Record<string, number[]> = {};
    for (const i of [6, 0, 3]) {
      const { codes } = evaluate(program, codesOf(pooled), images.images.subarray(i * size, (i + 1) * size));
      const channels = Array.from({ length: 12 }, (_, c) =>
        codes["a4"]!.filter((_, at) => at % 12 === c).reduce((a, b) => a + b, 0),
      );
      for (const [name, values] of Object.entries({ ...codes, mean: channels }))
        expected[name] = Array.from(
          values,
          (value, unit) => (expected[name]?.[unit] ?? 0) + (value === 0 ? 1 : 0),
        );
    }
    delete expected["input"];
    const counts = countZeros(pooled, images, Uint32Array.of(6, 0, 3));
    expect(Object.fromEntries(Object.entries(counts).map(([name, x]) => [name, [...x]]))).toEqual(expected);
    const { skippedMacs } = measureSparsity(tinyResNet, counts, 3);
    expect(skippedMacs).toBeGreaterThan(0);
    expect(skippedMacs).toBeLessThanOrEqual(1);
    if (clip === 40) expect(expected["mean"]!.some((count) => count > 0)).toBe(true);
  }
});

describe("the choice of the engine", () => {
  const wasm = supports("relaxed") && passesSelfTest("relaxed") ? "relaxed" : "strict";

  test("without a wish is the first native kernels that pass their self-test, else WebAssembly", () => {
    expect(bestVariant("")).toBe(nativeVariants().find(passesSelfTest) ?? wasm);
  });

  test("of wasm is relaxed exactly where relaxed SIMD exists and passes its self-test", () => {
    expect(bestVariant("wasm")).toBe(wasm);
  });

  test("of the reference is the reference", () => expect(bestVariant("reference")).toBe("reference"));

  test("of native kernels is met or refused, never answered by others", () => {
    if (nativeVariants().length > 0) expect(nativeVariants()).toContain(bestVariant("native"));
    else
      expect(() => bestVariant("native")).toThrow(
        /FLATENN_ENGINE is native, but there are no native kernels/,
      );
  });

  test("of anything else is refused", () => {
    expect(() => bestVariant("fast")).toThrow(
      'FLATENN_ENGINE must be one of native, wasm, reference, got "fast"',
    );
  });

  test("has words for reports", () => expect(engineTitle()).toBe(ENGINE_TITLES[bestVariant()]));

  test("strict kernels, and native ones that are here, pass the self-test", () => {
    for (const variant of ["strict", ...nativeVariants()] as const)
      expect({ variant, passes: passesSelfTest(variant) }).toEqual({ variant, passes: true });
  });
});

test("every engine gives the same classes, losses and counts of zeros, with and without faults", () => {
  const variants = (["avx512vnni", "avxvnni", "avx2", "relaxed", "strict"] as const).filter(supports);
  const given = [...variants, "reference" as const].map((variant) => {
    const classifier = integerClassifier(network, data, indices, { variant });
    const labels = data.labels.map((_, i) => i % 10);
    const before = classifier.checksum();
    const results = [codesOf(network), faulty("engines"), codesOf(network)].map((codes) => ({
      classes: [...classifier.classify(codes)],
      loss: classifier.loss(codes, labels),
    }));
    expect(classifier.checksum()).toBe(before);
    return { results, zeros: countZeros(network, data, indices, { variant }) };
  });
  for (const other of given) expect(other).toEqual(given[0]);
});

describe("a scale in place of thresholds", () => {
  const hint = { scale: 0.25, offset: 0 };

  test("reproduces exact ties, which plain rounding to even would miss", () => {
    const thresholds = Int32Array.of(2, 6, 10);
    const line = reproducingScale(thresholds, hint, 1000)!;
    for (let sum = -1000; sum <= 1000; sum++) {
      const code = Math.min(Math.max(scaledCode(sum, line), 0), 3);
      expect(code).toBe(thresholds.filter((t) => t <= sum).length);
    }
  });

  test("is not found where thresholds lie on no line", () => {
    expect(reproducingScale(Int32Array.of(8, 8, 10), hint, 1000)).toBeNull();
  });

  test("is not found beyond the range in which float32 counts", () => {
    expect(reproducingScale(Int32Array.of(2, 6, 10), hint, 2 ** 24)).toBeNull();
  });

  test("is found in float64 where float32 is too coarse: 8-bit codes of sums in the tens of millions", () => {
    const fine = { scale: 255 / 26e6, offset: 0.1 };
    const thresholds = Int32Array.from({ length: 255 }, (_, i) =>
      Math.ceil((i + 0.5 - fine.offset) / fine.scale),
    );
    expect(reproducingScale(thresholds, fine, 26e6)).toBeNull();
    const line = reproducingScale(thresholds, fine, 26e6, DOUBLE)!;
    thresholds.forEach((threshold, i) => {
      expect([scaledCode(threshold - 1, line, DOUBLE), scaledCode(threshold, line, DOUBLE)]).toEqual([
        i,
        i + 1,
      ]);
    });
  });
});
