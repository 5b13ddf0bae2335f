/** Readers of what a user writes: studies, networks, faults, data sets, options of functions and of the command line. */
import { type Command, CommanderError, InvalidArgumentError } from "commander";
import fc from "fast-check";
import {
  fraction,
  jobs,
  mapRange,
  positiveInteger,
  positiveNumber,
  wholeNumber,
} from "../../../src/cli/option-types.js";
import { program } from "../../../src/cli/program.js";
import { type Dataset, imageDataset, registerDataset } from "../../../src/datasets/index.js";
import { measureFaults } from "../../../src/experiments/campaign/index.js";
import { changedSettings } from "../../../src/experiments/sharpness/settings.js";
import { registerStudy } from "../../../src/experiments/study/definition.js";
import { parseCampaign } from "../../../src/experiments/study/schema.js";
import { drawFaultMap, type FaultModel, faultModel, flip, onSites } from "../../../src/faults/index.js";
import { requireFaultModel } from "../../../src/faults/probe.js";
import { parseSites, type Sites, sitesId } from "../../../src/faults/sites.js";
import { importNetwork } from "../../../src/importing/index.js";
import { quantizePostTraining } from "../../../src/importing/post-training/index.js";
import { type Model, shapes } from "../../../src/networks/index.js";
import { lenet5 } from "../../../src/networks/lenet5.js";
import { resnet18 } from "../../../src/networks/resnet18.js";
import { requireModel } from "../../../src/networks/schema.js";
import { DEFAULT_STUDY, findStudy, parseStudy } from "../../../src/studies/index.js";
import { randomCheckpoint } from "../network.js";
import { damagedDocument, damagedOptions, damagedText } from "./arbitraries.js";
import { TOY } from "./files.js";
import { type Reader, reader } from "./reader.js";

const quick = findStudy("lenet5-fashion", "quick");
const full = findStudy("lenet5-fashion", "full");
const images = imageDataset(new Uint8Array(8).fill(9), [0, 1], [2, 2, 1]);
const checkpoint = randomCheckpoint(TOY, "fuzz");
const float = {
  origin: { ...checkpoint.origin, arm: "float", bits: null },
  parameters: Object.fromEntries(
    Object.entries(checkpoint.parameters).filter(([name]) => !name.endsWith("clip")),
  ),
};
const tensors = {
  "conv.weight": { dtype: "F32", shape: [1, 1, 1, 2], data: Float32Array.of(1, 2) },
  "fc.weight": { dtype: "F32", shape: [8, 2], data: new Float32Array(16).fill(0.5) },
};

/** A function that takes one object of options: of every damage to it. */
function ofOptions(
  what: string,
  valid: object,
  read: (value: never) => unknown,
  more: Partial<Reader> = {},
): Reader {
  return reader({ what, inputs: damagedOptions(valid), read: read as (value: unknown) => unknown, ...more });
}

const IDS = [
  ...["flip", "sa0/bits:0+3", "asymmetric:0.1:1/rows:256x64", "sa1/columns:8x4", "flip/weights"],
  "mine@0123abcd",
];

let made = 0;

const dataset: Dataset = {
  name: "fuzz",
  title: "Fuzz",
  licence: "none",
  shape: [2, 2, 1],
  classes: ["a", "b"],
  sizes: { training: 1, validation: 1, test: 1 },
  files: [{ name: "x", bytes: 1, sha256: "0".repeat(64) }],
  load: () => images,
};

/** Every command and option, with actions that do nothing and errors that are thrown. */
function silentProgram(): Command {
  const root = program();
  for (const command of [root, ...root.commands]) {
    command.exitOverride((error) => {
      throw error;
    });
    command.configureOutput({ writeOut() {}, writeErr() {} });
    if (command !== root) command.action(() => {});
  }
  return root;
}

const flags = program().commands.flatMap((command) => [
  command.name(),
  ...command.options.map(({ long }) => long!),
]);
const words = [...new Set(flags)].filter((word) => word !== "--extension");

/** Every reader of a description. */
export const descriptionReaders: readonly Reader[] = [
  reader({ what: "the settings of a study", share: 40, inputs: damagedDocument(quick), read: parseStudy }),
  reader({
    what: "the settings of a study with everything",
    share: 20,
    inputs: damagedOptions(full),
    read: parseStudy,
  }),
  reader({ what: "a campaign", inputs: damagedOptions(quick.campaign), read: parseCampaign }),
  ofOptions("a study that is registered", { ...DEFAULT_STUDY }, (value: never) => registerStudy(value), {
    share: 5,
  }),
  reader({
    what: "a network's description",
    share: 80,
    inputs: fc.oneof(damagedDocument(TOY), damagedOptions(lenet5), damagedOptions(resnet18())),
    read: requireModel,
    holds(model: Model) {
      if (shapes(model).get(model.nodes.at(-1)!.name)!.join() !== String(model.classes))
        throw new Error("another number of classes");
    },
  }),
  reader({
    what: "the id of a fault model",
    share: 80,
    inputs: damagedText(...IDS),
    read: faultModel,
    holds(model: FaultModel, id) {
      if (model.id !== id) throw new Error(`is called ${model.id}`);
    },
  }),
  reader({
    what: "the text of sites",
    inputs: damagedText("bits:0+3", "rows:256x64", "columns:8x4", "weights"),
    read: parseSites,
    holds(sites: Sites, text) {
      if (sitesId(sites) !== text) throw new Error(`is written ${sitesId(sites)}`);
    },
  }),
  ofOptions("sites", { kind: "rows", rows: 2, columns: 3 }, (sites: never) => onSites(flip, sites)),
  ofOptions("bits that are sites", { kind: "bits", positions: [0, 3] }, (sites: never) =>
    onSites(flip, sites),
  ),
  ofOptions(
    "a fault model of one's own",
    { id: "own", title: "t", apply: (s: number, m: number) => s ^ m, relativeRate: { zero: 1, one: 0.5 } },
    (value: never) => requireFaultModel(value),
    { share: 4 },
  ),
  ofOptions(
    "a fault map that is drawn",
    { key: "k", index: 0, bits: 4, ceiling: 0.1, layers: [{ name: "a", weights: 9, bits: 3 }] },
    (value: never) => drawFaultMap(value),
    { share: 20 },
  ),
  ofOptions(
    "faults that are measured",
    { faults: ["flip"], rates: [0.01, 0.05], maps: 2, encoding: "offset-binary", name: "n", split: "test" },
    (value: never) => measureFaults({ one: { model: TOY, checkpoint } }, images, value),
    { share: 10 },
  ),
  ofOptions(
    "networks that are measured",
    { one: { model: TOY, checkpoint } },
    (value: never) => measureFaults(value, images, { maps: 1, rates: [0.01] }),
    { share: 10 },
  ),
  ofOptions(
    "images that are measured",
    images,
    (value: never) => measureFaults({ one: { model: TOY, checkpoint } }, value, { maps: 1, rates: [0.01] }),
    { share: 10 },
  ),
  ofOptions("tensors that are imported", tensors, (value: never) => importNetwork(TOY, value)),
  ofOptions(
    "options of importing",
    {
      layout: "keras",
      names: { conv: "conv" },
      ignore: ["x"],
      normalization: { mean: [0.5], sd: [0.25] },
    },
    (value: never) => importNetwork(TOY, tensors as never, value),
  ),
  ofOptions(
    "options of quantization after training",
    { bits: { weights: 4, activations: 4 }, weightClips: { rule: "least-squares" } },
    (value: never) => quantizePostTraining(TOY, float, images, value),
    { share: 10 },
  ),
  ofOptions(
    "a checkpoint that is quantized",
    float,
    (value: never) => quantizePostTraining(TOY, value, images, { bits: { weights: 4, activations: 4 } }),
    { share: 10 },
  ),
  ofOptions(
    "images of one's own",
    { pixels: new Uint8Array(8), labels: [0, 1], shape: [2, 2, 1] },
    (value: { pixels: never; labels: never; shape: never } | undefined) =>
      imageDataset(value?.pixels as never, value?.labels as never, value?.shape as never),
  ),
  ofOptions("a data set that is registered", dataset, (value: never) => {
    const own: unknown = value;
    const isUsual = (own as Dataset | undefined)?.name === "fuzz";
    registerDataset(isUsual ? { ...(own as Dataset), name: `fuzz-${made++ % 100}` } : value);
  }),
  reader({
    what: "settings of sharpness",
    inputs: damagedDocument({ images: 16, rho: [0.05], faults: ["flip"] }),
    read: (value) => changedSettings(value as never),
  }),
  reader({
    what: "values of options",
    share: 60,
    inputs: damagedText("0-9", "0.5", "7", "64", "1e-3"),
    read: (text) => {
      for (const parse of [wholeNumber, positiveInteger, positiveNumber, fraction, mapRange, jobs])
        try {
          const value = parse(text);
          const numbers = typeof value === "number" ? [value] : Object.values(value);
          if (!numbers.every((each) => Number.isFinite(each) && each >= 0)) throw new Error(`took ${text}`);
        } catch (error) {
          if (!(error instanceof InvalidArgumentError)) throw error;
        }
    },
  }),
  reader({
    what: "a command line",
    share: 8,
    inputs: fc.array(
      fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, damagedText("1", "0.1", "flip")),
      {
        maxLength: 6,
      },
    ),
    read: (args) => silentProgram().parseAsync(args, { from: "user" }),
    refuses: (error) => error instanceof CommanderError,
  }),
];
