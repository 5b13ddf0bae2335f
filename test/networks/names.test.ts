import { expect, test } from "vitest";
import { pickImages } from "../../src/datasets/index.js";
import { armStyles } from "../../src/exhibits/style/arms.js";
import { measureFaults } from "../../src/experiments/campaign/index.js";
import { importSafetensors } from "../../src/importing/index.js";
import { quantizePostTraining } from "../../src/importing/post-training/index.js";
import { codesOf, deploy, integerClassifier } from "../../src/inference/index.js";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from "../../src/networks/checkpoints/checkpoint.js";
import type { Model } from "../../src/networks/index.js";
import { requireModel } from "../../src/networks/schema.js";
import { trainOn } from "../../src/training/index.js";
import { FASHION_CNN, fashionCnn, someImages } from "../support/fashion-cnn.js";

/** What every object of JavaScript has. */
const TAKEN = Object.getOwnPropertyNames(Object.prototype);
const names = new Map(fashionCnn.nodes.map(({ name }, i) => [name, TAKEN[i]!]));
const renamed = (name: string) => names.get(name) ?? name;
const model = {
  ...fashionCnn,
  nodes: fashionCnn.nodes.map((node) => ({ ...node, name: renamed(node.name), input: renamed(node.input) })),
} as Model;
const plain = importSafetensors(FASHION_CNN, fashionCnn);
const start: Checkpoint = {
  ...plain,
  parameters: Object.fromEntries(
    Object.entries(plain.parameters).map(([name, array]) => {
      const [layer, part] = name.split(".");
      return [`${renamed(layer!)}.${part}`, array];
    }),
  ),
};
const { train, validation } = someImages({ train: 300, validation: 50 });
const bits = { weights: 4, activations: 4 };
const few = pickImages(train, [0, 1, 2, 3]);

test("nodes may be named constructor, __proto__ and the like: the network is the same", async () => {
  expect(TAKEN).toContain("__proto__");
  expect([...names.values()]).toContain("constructor");
  expect(requireModel(model)).toBe(model);
  const both = [
    [fashionCnn, plain],
    [model, start],
  ] as const;
  const quantized = both.map(([each, from]) => quantizePostTraining(each, from, few, { bits }));
  const classes = quantized.map((checkpoint, i) => {
    const network = deploy(both[i]![0], checkpoint);
    const all = Uint32Array.from({ length: validation.count }, (_, j) => j);
    return integerClassifier(network, validation, all).classify(codesOf(network));
  });
  expect(classes[1]).toEqual(classes[0]);
  const again = decodeCheckpoint(encodeCheckpoint(quantized[1]!), "it");
  expect(again.parameters).toEqual(quantized[1]!.parameters);
  const measured = await Promise.all(
    both.map(([model], i) =>
      measureFaults({ ["__proto__"]: { model, checkpoint: quantized[i]! } }, validation, {
        rates: [0.01],
        maps: 1,
      }),
    ),
  );
  const [before, after] = measured.map(({ networks: [row] }) => row!);
  expect(after!.arm).toBe("__proto__");
  expect(Object.values(after!.sparsityByLayer)).toEqual(Object.values(before!.sparsityByLayer));
  expect(Object.keys(after!.sparsityByLayer)).toEqual(Object.keys(before!.sparsityByLayer).map(renamed));
  expect(Object.keys(after!.clipRatioByLayer)).toContain("constructor");
});

test("and it is trained as the same", async () => {
  const data = {
    dataset: train,
    train: Uint32Array.from({ length: 128 }, (_, i) => i),
    validation: Uint32Array.from({ length: 100 }, (_, i) => 128 + i),
  };
  const settings = { epochs: 1, batch: 32 };
  const [before, after] = [
    await trainOn(fashionCnn, plain, data, { bits, settings }),
    await trainOn(model, start, data, { bits, settings }),
  ];
  expect(after.origin.curve).toEqual(before.origin.curve);
  expect(Object.keys(after.parameters).length).toBe(Object.keys(before.parameters).length);
});

test("an arm may be called constructor", () => {
  const arm = {
    id: "constructor",
    sparsification: { kind: "none" },
    gradient: { rule: "conventional" },
  } as const;
  const style = armStyles({
    study: { arms: [arm], bits },
    presentation: { titles: {}, looks: {} },
  })("constructor");
  expect(style.color).toMatch(/^#/);
});
