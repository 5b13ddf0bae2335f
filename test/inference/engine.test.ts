import { describe, expect, test } from "vitest";
import { stream } from "../../src/base/random/index.js";
import { codesOf } from "../../src/inference/deploy.js";
import { integerClassifier } from "../../src/inference/engine.js";
import { supports } from "../../src/inference/kernels.js";
import { compile } from "../../src/inference/program.js";
import { evaluate } from "../../src/inference/reference.js";
import { DOUBLE, reproducingScale, scaledCode } from "../../src/inference/scale.js";
import { bestVariant, passesSelfTest } from "../../src/inference/self-test.js";
import { lenet5 } from "../../src/networks/index.js";
import { randomImages, randomNetwork } from "../support/integer-networks.js";

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

describe("the choice of kernels", () => {
  test("is relaxed exactly where relaxed SIMD exists and passes its self-test", () => {
    expect(bestVariant()).toBe(supports("relaxed") && passesSelfTest("relaxed") ? "relaxed" : "strict");
  });

  test("strict kernels pass the self-test everywhere", () => {
    expect(passesSelfTest("strict")).toBe(true);
  });
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
