import { beforeAll, describe, expect, it } from "vitest";
import { riseRows } from "../../../src/analysis/predicted-rises.js";
import { stream } from "../../../src/base/random/index.js";
import {
  changedSettings,
  networkLoss,
  type SharpnessDocument,
} from "../../../src/experiments/sharpness/index.js";
import { partsOf, type SharpnessSubject } from "../../../src/experiments/sharpness/measure-network.js";
import { drawFaultMap, PLAIN_FAULTS } from "../../../src/faults/index.js";
import { deploy, integerClassifier } from "../../../src/inference/index.js";
import type { Model } from "../../../src/networks/index.js";
import { ENCODINGS, type Encoding } from "../../../src/quantization/index.js";
import { loadBackend } from "../../../src/tensors/backend/index.js";
import { randomCheckpoint } from "../../support/network.js";

beforeAll(async () => {
  await loadBackend();
});

/** One layer without an activation: the network as deployed is the clamped one, and its loss is smooth. */
const model: Model = {
  name: "one-layer",
  input: [8, 8, 1],
  classes: 3,
  nodes: [
    { op: "flatten", name: "pixels", input: "input" },
    { op: "linear", name: "fc", input: "pixels", units: 3 },
  ],
};
const IMAGES = 8;
const RATES = [0.003, 0.01];
const settings = changedSettings({ faultRates: RATES, layerRates: [0.01], maps: 3000, traceSamples: 300 });

/** Images of one class, whose output has lower weights than the others: so a shift of all weights matters. */
function network() {
  const { origin, parameters } = randomCheckpoint(model, "encodings");
  const draws = stream("test", "encodings");
  const data = Float32Array.from(
    { length: 192 },
    (_, i) => 0.02 * draws.normal() + (i % 3 === 0 ? -0.02 : 0.03),
  );
  const images = Uint8Array.from({ length: 64 * IMAGES }, () => draws.integer(256));
  return {
    network: deploy(model, {
      origin,
      parameters: {
        ...parameters,
        "fc.weight": { shape: [64, 3], data },
        "fc.weight_clip": { shape: [], data: Float32Array.of(0.08) },
      },
    }),
    dataset: { images, labels: new Uint8Array(IMAGES), count: IMAGES, height: 8, width: 8, channels: 1 },
  };
}

/** What is predicted and what is measured, by the parts of a sharpness document. */
function documentIn(encoding: Encoding): SharpnessDocument {
  const { network: deployed, dataset } = network();
  const all = Uint32Array.from({ length: IMAGES }, (_, i) => i);
  const tensors = networkLoss(deployed, dataset, all);
  const classifier = integerClassifier(deployed, dataset, all);
  const layers = deployed.layers.map(({ name, codes }) => ({ name, weights: codes.length }));
  const subject: SharpnessSubject = {
    study: "test",
    network: deployed,
    layers: tensors.layers,
    surface: tensors,
    product: tensors.product,
    codeLoss: (codes) => classifier.loss(codes, dataset.labels),
    encoding,
    map: (index) => drawFaultMap({ key: "encodings", index, layers, bits: 4, ceiling: 0.01 }),
  };
  const found = partsOf(subject, settings)
    .filter(({ name }) => name === "diagonal" || name === "faults")
    .map((part) => part.find());
  tensors.dispose();
  classifier.dispose();
  return { arm: "a", seed: 0, ...found[0], ...found[1] } as unknown as SharpnessDocument;
}

describe("predicted rises of a network's loss", () => {
  const documents = new Map<Encoding, SharpnessDocument>();
  beforeAll(() => {
    for (const encoding of ENCODINGS) documents.set(encoding, documentIn(encoding));
  });

  it.each(ENCODINGS)(
    "agree at small rates with those of faults injected in %s, the first order too",
    (encoding) => {
      const rows = riseRows([documents.get(encoding)!]);
      expect(rows).toHaveLength(PLAIN_FAULTS.length * (RATES.length + 1));
      for (const { fault, rate, predicted, slope, measured, measuredError } of rows) {
        expect(Math.abs(predicted - measured), `${fault} ${rate}`).toBeLessThan(4 * measuredError);
        expect(Math.abs(slope - measured), `${fault} ${rate}`).toBeLessThan(4 * measuredError);
      }
    },
  );

  it("differ between encodings by more than that", () => {
    const at = (encoding: Encoding) =>
      riseRows([documents.get(encoding)!]).filter(({ rate }) => rate === 0.01);
    const base = at("offset-binary");
    for (const encoding of ["sign-magnitude", "gray"] as const)
      for (const what of ["predicted", "measured"] as const) {
        const gaps = at(encoding).map((row, i) => Math.abs(row[what] - base[i]![what]) / row.measuredError);
        expect(gaps.filter((gap) => gap > 4).length, `${encoding} ${what} ${gaps}`).toBeGreaterThanOrEqual(2);
      }
  });

  it("are written with a rate where terms are of one, and without where they are of all", () => {
    for (const [encoding, { predictor }] of documents) {
      const own = ["fault", "layer", "slope", "curvature", "scatter"];
      const keys =
        encoding === "offset-binary" || encoding === "twos-complement"
          ? own
          : [...own.slice(0, 2), "rate", ...own.slice(2)];
      for (const terms of predictor) expect(Object.keys(terms)).toEqual(keys);
    }
  });
});
