import { describe, expect, it } from "vitest";
import {
  diagonalSums,
  faultRises,
  faultXi,
  join,
  predictedRise,
  predictorCells,
  predictorTerms,
  unitMoments,
} from "../../../src/experiments/sharpness/index.js";
import { drawFaultMap, faultModel, PLAIN_FAULTS } from "../../../src/faults/index.js";
import { codesOf, deploy } from "../../../src/inference/index.js";
import { lenet5 } from "../../../src/networks/index.js";
import { decode, ENCODINGS, type Encoding, encode, weightValues } from "../../../src/quantization/index.js";
import { randomCheckpoint } from "../../support/network.js";
import { matrixWithSpectrum, normals, quadratic } from "../../support/surfaces.js";

const BITS = 3;
const coded = [
  { name: "a", codes: Uint8Array.of(5, 2), clip: 0.7, bits: BITS },
  { name: "b", codes: Uint8Array.of(7), clip: 1.3, bits: BITS },
];
const valuesOf = (codes: readonly Uint8Array[]) =>
  Float64Array.from(codes.flatMap((c, l) => [...weightValues(c, coded[l]!.clip, BITS)]));
const own = valuesOf(coded.map(({ codes }) => codes));
const { layers } = join({
  a: { shape: [2, 1], data: new Float32Array(2) },
  b: { shape: [1, 1], data: new Float32Array(1) },
});
const matrix = matrixWithSpectrum([5, 1, -2], "predictor");
const surface = quadratic(matrix, { weights: own, b: normals(3, "slope") });

/** The expected rise over all 2^9 sets of faulty bits, those of other layers apart. */
function enumerated(
  fault: string,
  rate: number,
  layer: string,
  encoding: Encoding = "offset-binary",
): number {
  const model = faultModel(fault);
  let expected = 0;
  for (let mask = 0; mask < 2 ** 9; mask++) {
    const faulty = mask.toString(2).replaceAll("0", "").length;
    let at = 0;
    const codes = coded.map(({ name, codes }) =>
      codes.map((code) => {
        const own = (mask >> (BITS * at++)) & 7;
        if (layer !== "" && layer !== name) return code;
        return decode(model.apply(encode(code, BITS, encoding), own), BITS, encoding);
      }),
    );
    const rise = surface.loss(valuesOf(codes)) - surface.loss(own);
    expected += rate ** faulty * (1 - rate) ** (9 - faulty) * rise;
  }
  return expected;
}

const product = (v: Float64Array) => {
  const zero = surface.gradient(new Float64Array(3));
  return surface.gradient(v).map((x, i) => x - zero[i]!);
};

/** Terms of the quadratic loss, with its own diagonal. */
function termsIn(encoding: Encoding, rates: (layer: string) => readonly number[], faults = PLAIN_FAULTS) {
  const cells = predictorCells(layers, coded, { faults, encoding, rates });
  const terms = cells.map((cell) =>
    predictorTerms(cell, {
      gradient: surface.gradient(own),
      product,
      scatter: {
        value: cell.variance.reduce((sum, v, i) => sum + v * matrix[i]![i]!, 0),
        standardError: 0.5,
      },
    }),
  );
  return { cells, terms };
}

describe("predictedRise()", () => {
  const { cells, terms } = termsIn("offset-binary", () => []);

  it("is the expected rise of a quadratic loss, for every fault type, rate and layer", () => {
    expect(terms).toHaveLength(9);
    for (const term of terms)
      for (const rate of [0, 0.02, 0.3, 1])
        expect(predictedRise(term, rate).total).toBeCloseTo(enumerated(term.fault, rate, term.layer), 6);
  });

  it("is that in every encoding, by terms of every rate or of one", () => {
    const rates = [0, 0.02, 0.3, 1];
    for (const encoding of ENCODINGS) {
      const scale = ["offset-binary", "twos-complement"].includes(encoding);
      const { terms } = termsIn(encoding, (layer) => (layer === "" ? rates : [0.02]));
      expect(terms.map(({ rate }) => rate)).toEqual(
        [1, 2, 3].flatMap(() => (scale ? [undefined, undefined, undefined] : [...rates, 0.02, 0.02])),
      );
      for (const term of terms)
        for (const rate of term.rate === undefined ? rates : [term.rate])
          expect(predictedRise(term, rate).total, `${encoding} ${term.fault} ${rate}`).toBeCloseTo(
            enumerated(term.fault, rate, term.layer, encoding),
            6,
          );
    }
  });

  it("of terms of one rate is refused at another, and at what is no rate", () => {
    const { terms } = termsIn("gray", () => [0.02]);
    expect(() => predictedRise(terms[0]!, 0.01)).toThrow(
      "these terms of flip are of the rate 0.02 alone, got 0.01",
    );
    for (const own of [terms[0]!, termsIn("offset-binary", () => []).terms[0]!])
      expect(() => predictedRise(own, 1.5)).toThrow("rate must be in [0, 1], got 1.5");
  });

  it("is by terms of one rate where bits that store 0 and 1 have rates of their own", () => {
    const faults = [faultModel("asymmetric:0.3:1"), faultModel("asymmetric:0:1")];
    const { terms } = termsIn("offset-binary", () => [0.02], faults);
    expect(terms.map(({ rate }) => rate)).toEqual([0.02, 0.02, 0.02, undefined, undefined, undefined]);
    expect(() => unitMoments(coded, faults[0]!)).toThrow(
      "moments of fault model asymmetric:0.3:1 in offset-binary are not those of one rate",
    );
  });

  it("is the sum of its three terms, with the standard error of the last", () => {
    const { slope, curvature, scatter, total, standardError } = predictedRise(terms[0]!, 0.1);
    expect(slope + curvature + scatter).toBeCloseTo(total, 14);
    expect(standardError).toBeCloseTo((0.1 * 0.9 * 0.5) / 2, 14);
  });

  it("takes the scatter from the diagonal that Hutchinson's method estimates", () => {
    const diagonal = [3, -1, 2];
    const [scatter] = diagonalSums((v) => v.map((x, i) => diagonal[i]! * x), [cells[0]!.variance], {
      samples: 2,
      key: ["test"],
    });
    const expected = cells[0]!.variance.reduce((sum, v, i) => sum + v * diagonal[i]!, 0);
    expect(scatter!.value).toBeCloseTo(expected, 12);
  });
});

describe("faultRises()", () => {
  const network = deploy(lenet5, randomCheckpoint(lenet5, "fault-rises"));
  const maps = () =>
    [0, 1, 2].map((index) =>
      drawFaultMap({
        key: "test",
        index,
        bits: 4,
        layers: network.layers.map(({ name, codes }) => ({ name, weights: codes.length })),
      }),
    );
  const total = (codes: Record<string, Uint8Array>) =>
    Object.values(codes).reduce((sum, layer) => sum + layer.reduce((a, b) => a + b, 0), 0);

  it("means over maps what faults do: stuck-at-1 raises codes by p times their clear bits", () => {
    const clear = 61_470 * 15 - total(codesOf(network));
    const [low, high] = faultRises(network, total, maps(), {
      cells: [{ fault: "sa1", layer: "", rates: [0.01, 0.1] }],
      encoding: "offset-binary",
    });
    expect(high!.rate).toBe(0.1);
    expect(Math.abs(high!.value - 0.1 * clear)).toBeLessThan(6 * high!.standardError);
    expect(Math.abs(low!.value - 0.01 * clear)).toBeLessThan(6 * low!.standardError);
  });

  it("leaves the other layers alone where one is named, and changes nothing at rate 0", () => {
    const seen = new Set<string>();
    const own = codesOf(network);
    const changed = (codes: Record<string, Uint8Array>) => {
      for (const [name, layer] of Object.entries(codes))
        if (layer.some((q, i) => q !== own[name]![i])) seen.add(name);
      return total(codes);
    };
    const cells = [
      { fault: "flip", layer: "fc2", rates: [0.05] },
      { fault: "flip", layer: "", rates: [0] },
    ];
    const [, none] = faultRises(network, changed, maps(), { cells, encoding: "gray" });
    expect([...seen]).toEqual(["fc2"]);
    expect(none).toMatchObject({ value: 0, standardError: 0 });
  });
});

describe("faultRises() and their options", () => {
  it("refuse a layer that there is not, whose rise would read as 0, and options that do not exist", () => {
    const network = deploy(lenet5, randomCheckpoint(lenet5, "fault-rises"));
    const cells = [{ fault: "flip", layer: "fc9", rates: [0.05] }];
    expect(() => faultRises(network, () => 0, [], { cells, encoding: "gray" })).toThrow(
      "layer must be empty, for all, or one of conv1, conv2, fc1, fc2, fc3, got fc9",
    );
    expect(() => faultRises(network, () => 0, [], { cells: [], coding: "gray" } as never)).toThrow(
      "faultRises has no option coding; its options are cells, encoding",
    );
  });
});

describe("faultXi()", () => {
  it("is the relative size of flips that are injected", () => {
    const network = deploy(lenet5, randomCheckpoint(lenet5, "xi"));
    const xi = faultXi(network, 0.01);
    const fc1 = network.layers[2]!;
    const weights = weightValues(fc1.codes, fc1.clip, 4);
    const map = drawFaultMap({
      key: "xi",
      index: 0,
      bits: 4,
      layers: [{ name: "fc1", weights: weights.length }],
    });
    let squares = 0;
    const loss = ({ fc1: codes }: Record<string, Uint8Array>) => {
      const read = weightValues(codes!, fc1.clip, 4);
      squares = read.reduce((sum, w, i) => sum + (w - weights[i]!) ** 2, 0);
      return 0;
    };
    const only = { ...network, layers: [fc1] };
    faultRises(only, loss, [map], {
      cells: [{ fault: "flip", layer: "", rates: [0.01] }],
      encoding: "offset-binary",
    });
    const norm = Math.hypot(...weights);
    expect(xi).toHaveLength(5);
    expect(Math.sqrt(squares) / norm / xi[2]!).toBeGreaterThan(0.95);
    expect(Math.sqrt(squares) / norm / xi[2]!).toBeLessThan(1.05);
  });
});
