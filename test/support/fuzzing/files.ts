/** Readers of files: those of networks, faults, data sets and results. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { isFileName } from "../../../src/base/files/file-name.js";
import { madeHere } from "../../../src/base/files/made-here.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafeTensors,
} from "../../../src/base/files/safetensors.js";
import { readIdx } from "../../../src/datasets/idx.js";
import { loadFashionMnist } from "../../../src/datasets/index.js";
import { tarFiles } from "../../../src/datasets/tar.js";
import { loadFaultMap } from "../../../src/experiments/fault-files/index.js";
import { readCurves } from "../../../src/experiments/results/curves.js";
import { publishedDirectory, readResultsFrom, readTrials } from "../../../src/experiments/results/index.js";
import { checkManifest, readManifest } from "../../../src/experiments/results/manifest.js";
import { readDocument } from "../../../src/experiments/results/read-document.js";
import {
  failureSchema,
  networkRowSchema,
  requireTrials,
  type TrialRow,
} from "../../../src/experiments/results/rows.js";
import { openStore, readNetwork, updatePresentation } from "../../../src/experiments/results/store.js";
import { timingSchema } from "../../../src/experiments/results/timings.js";
import { openTrials } from "../../../src/experiments/results/trials.js";
import { readSelection } from "../../../src/experiments/selection/read-selection.js";
import { readSharpness } from "../../../src/experiments/sharpness/documents.js";
import { readLandscape } from "../../../src/experiments/sharpness/landscape.js";
import { openBitRows } from "../../../src/experiments/single-bit/bit-rows.js";
import { decodeFaultMap, drawFaultMap, encodeFaultMap, type FaultMap } from "../../../src/faults/index.js";
import { importSafetensors } from "../../../src/importing/index.js";
import { deploy } from "../../../src/inference/index.js";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from "../../../src/networks/checkpoints/index.js";
import type { Model } from "../../../src/networks/index.js";
import { readCatalogue } from "../../../src/publishing/gallery/catalogue.js";
import { findStudy } from "../../../src/studies/index.js";
import { randomCheckpoint } from "../network.js";
import { damagedBytes, damagedHeader, damagedJson, damagedText } from "./arbitraries.js";
import { type Reader, reader } from "./reader.js";

/** A network of a handful of weights. */
export const TOY: Model = {
  name: "toy",
  input: [2, 2, 1],
  classes: 2,
  nodes: [
    { op: "conv", name: "conv", input: "input", kernel: [1, 1], filters: 2, stride: 1, padding: "valid" },
    { op: "activation", name: "act", input: "conv" },
    { op: "flatten", name: "flat", input: "act" },
    { op: "linear", name: "fc", input: "flat", units: 2 },
  ],
};

/** A folder for what file readers read, and what removes it. */
export const scratch = mkdtempSync(join(tmpdir(), "flatenn-fuzz-"));
export const removeScratch = () => rmSync(scratch, { recursive: true, force: true });

/** A reader of a file in a folder of its own. */
function ofFile<T>(
  what: string,
  name: string,
  {
    inputs,
    read,
    ...rest
  }: Omit<Reader<Uint8Array>, "what" | "read"> & { read: (path: string, folder: string) => T },
): Reader {
  const folder = join(scratch, what.replaceAll(/[^a-z]+/g, "-"));
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  const write = (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    return read(path, folder);
  };
  return reader({ what, inputs, read: write, ...rest });
}

const QUICK = publishedDirectory("lenet5-fashion", "quick");
const own = (name: string) => readFileSync(join(QUICK, name));
const ownJson = (name: string): unknown => JSON.parse(own(name).toString());

const tensors = encodeSafetensors(
  {
    a: { dtype: "F64", shape: [2, 1], data: Float64Array.of(1, Number.NaN) },
    b: { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
    c: { dtype: "F32", shape: [], data: Float32Array.of(1) },
  },
  { format: "x", more: "y" },
);
const checkpoint = encodeCheckpoint(randomCheckpoint(TOY, "fuzz"));
const floatNetwork = encodeSafetensors(
  {
    "conv.weight": { dtype: "F32", shape: [1, 1, 1, 2], data: Float32Array.of(1, 2) },
    "fc.weight": { dtype: "F32", shape: [8, 2], data: new Float32Array(16).fill(0.5) },
    "fc.bias": { dtype: "F64", shape: [2], data: Float64Array.of(1, 2) },
  },
  {},
);
const map = encodeFaultMap(
  drawFaultMap({ key: "fuzz", index: 0, bits: 4, ceiling: 0.2, layers: [{ name: "a", weights: 20 }] }),
);
const idx = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);

function tar(): Uint8Array {
  const header = Buffer.alloc(512);
  header.write("folder/name.txt");
  header.write("00000000003\0", 124);
  header.write("0", 156);
  const content = Buffer.alloc(512);
  content.write("abc");
  return new Uint8Array(Buffer.concat([header, content, Buffer.alloc(1024)]));
}

const TRIALS = "trials.parquet";
const study = findStudy("lenet5-fashion", "quick");
const network = (ownJson("results.json") as { networks: readonly object[] }).networks[0]!;
const failure = { arm: "as", seed: 0, config: "c", reason: "loss is NaN", epoch: 1, step: 1 };
const selection = {
  study: "s",
  profile: "p",
  settings: "h",
  seeds: [0],
  campaign: {
    split: "validation",
    faults: ["flip"],
    rates: [0.01],
    maps: 2,
    encoding: "offset-binary",
  },
  tolerance: 1,
  sparsity: { target: 0.5, within: 0.1 },
  extensions: 1,
  finished: false,
  choices: { rho: null },
  stages: [],
};
const catalogue = {
  format: "flatenn-exhibits-1",
  study: "s",
  profile: "p",
  exploratory: true,
  conditions: "c",
  discussion: ["d"],
  provenance: [{ what: "w", value: "v" }],
  figures: ["f"],
  tables: [
    {
      name: "t",
      table: {
        title: "t",
        caption: "c",
        columns: [{ key: "k", title: "t", align: "left" }],
        rows: [{ k: 1 }],
      },
    },
  ],
};
const landscape = {
  format: "flatenn-landscape-1",
  study: "s",
  profile: "p",
  arm: "as",
  seed: 0,
  network: "n",
  model: "m",
  bits: { weights: 4, activations: 4 },
  encoding: "offset-binary",
  images: { dataset: "d", split: "train", key: ["k"], count: 1 },
  kind: "lines",
  directions: ["saq"],
  steps: [0, 1],
  directionKey: ["k", 0],
  rows: [[1, 2]],
};
const sharpness = {
  ...landscape,
  ...{ kind: undefined, directions: undefined, steps: undefined, directionKey: undefined, rows: undefined },
  format: "flatenn-sharpness-1",
  maps: "m",
  settings: { images: 1 },
  layers: [{ name: "a", weights: 1, norm: 1, clip: 1 }],
  backend: {},
  done: ["x"],
  measures: [{ id: "x", value: 1, standardError: null, unit: "nats", radius: null, relativeRadius: null }],
  faultRises: [{ fault: "flip", layer: "", rate: 0.1, value: 1, standardError: 0 }],
  predictor: [
    { fault: "flip", layer: "", slope: 1, curvature: 1, scatter: { value: 1, standardError: null } },
  ],
  hessian: null,
};
const timing = {
  arm: "as",
  seed: 0,
  millisecondsPerStep: 1,
  batch: 1,
  machine: { processor: "p", cores: 1, memoryGigabytes: 1, platform: "p", node: "n" },
};

/** A file of one of the documents of a run, by the form that it must have. */
const documents = Object.entries({
  network: [network, networkRowSchema],
  failure: [failure, failureSchema],
  timing: [timing, timingSchema],
} as const).map(([what, [valid, schema]]) =>
  ofFile(`the document of a ${what}`, "document.json", {
    inputs: damagedJson(valid),
    read: (path) => readDocument(path, schema as never),
  }),
);

/** Copies of the published results in which one document is damaged. */
function ofResults(name: "results.json" | "study.json") {
  return ofFile(`${name} of results`, name, {
    share: 10,
    inputs: damagedJson(ownJson(name)),
    read: (path, folder) => {
      for (const other of ["results.json", "study.json", TRIALS])
        if (join(folder, other) !== path)
          writeFileSync(join(folder, other), other === TRIALS ? "" : own(other));
      return readResultsFrom(folder, { unchecked: true });
    },
  });
}

/** Every reader of a file. */
export const fileReaders: readonly Reader[] = [
  reader({
    what: "a safetensors file",
    share: 100,
    inputs: fc.oneof(damagedBytes(tensors), damagedHeader(tensors)),
    read: decodeSafetensors,
    holds(answer: SafeTensors) {
      const again = decodeSafetensors(encodeSafetensors(answer.tensors, answer.metadata));
      if (JSON.stringify(again.metadata) !== JSON.stringify(answer.metadata))
        throw new Error("other metadata");
      if (Object.keys(again.tensors).join() !== Object.keys(answer.tensors).join())
        throw new Error("other names");
    },
  }),
  reader({
    what: "a checkpoint",
    share: 80,
    inputs: fc.oneof(damagedBytes(checkpoint), damagedHeader(checkpoint)),
    read: (bytes) => decodeCheckpoint(bytes, "checkpoint"),
    holds(answer: Checkpoint) {
      decodeCheckpoint(encodeCheckpoint(answer), "again");
    },
  }),
  reader({
    what: "a checkpoint that is deployed",
    inputs: fc.oneof(damagedBytes(checkpoint), damagedHeader(checkpoint)),
    read: (bytes) => deploy(TOY, decodeCheckpoint(bytes, "checkpoint")),
  }),
  reader({
    what: "a fault map",
    share: 80,
    inputs: fc.oneof(damagedBytes(map), damagedHeader(map)),
    read: decodeFaultMap,
    holds(answer: FaultMap) {
      decodeFaultMap(encodeFaultMap(answer));
    },
  }),
  ofFile("a fault map's file", "map.safetensors", {
    inputs: damagedBytes(map),
    read: loadFaultMap,
    share: 10,
  }),
  ofFile("weights to import", "net.safetensors", {
    inputs: fc.oneof(damagedBytes(floatNetwork), damagedHeader(floatNetwork)),
    read: (path) => importSafetensors(path, TOY),
  }),
  reader({
    what: "an IDX file",
    share: 80,
    inputs: damagedBytes(idx),
    read: readIdx,
    holds({ shape, data }: ReturnType<typeof readIdx>) {
      if (shape.reduce((a, b) => a * b, 1) !== data.length) throw new Error("another size");
    },
  }),
  reader({ what: "a tar archive", inputs: damagedBytes(tar()), read: tarFiles }),
  ofFile("a file of Fashion-MNIST", "t10k-labels-idx1-ubyte.gz", {
    share: 5,
    inputs: damagedBytes(readFileSync("data/fashion-mnist/t10k-labels-idx1-ubyte.gz")),
    read: (_, folder) => loadFashionMnist({ split: "test", directory: folder }),
  }),
  ofFile("a table of trials", TRIALS, {
    share: 4,
    inputs: damagedBytes(own(TRIALS)),
    read: async (path) => requireTrials(await readTrials(path), path),
    holds(rows: readonly TrialRow[]) {
      for (const row of rows) if (row.correct > row.images) throw new Error("more right than images");
    },
  }),
  ofFile("a database of trials", "unfinished/trials.duckdb", {
    share: 2,
    inputs: damagedBytes(new Uint8Array(4096), new TextEncoder().encode("DUCK")),
    read: async (_, folder) => (await openTrials(study, folder)).close(),
  }),
  ofFile("a manifest", "manifest.json", {
    inputs: damagedJson(ownJson("manifest.json")),
    read: (_, folder) => readManifest(folder),
  }),
  ofFile("a manifest that is held against files", "manifest.json", {
    inputs: damagedJson(ownJson("manifest.json")),
    share: 10,
    read: (_, folder) => checkManifest(folder),
  }),
  ofResults("results.json"),
  ofResults("study.json"),
  ...documents,
  ofFile("the settings in a run's folder", "study.json", {
    share: 20,
    inputs: damagedJson(study),
    read: (_, folder) => {
      openStore(study, folder);
      updatePresentation(study, folder);
    },
  }),
  ofFile("a network of results", "checkpoints/as-seed0.safetensors", {
    inputs: damagedHeader(checkpoint),
    share: 20,
    read: (path) => readNetwork(path),
  }),
  ofFile("training curves", "checkpoints/as-seed0.safetensors", {
    inputs: damagedHeader(checkpoint),
    share: 20,
    read: (path) => readCurves(dirname(path)),
  }),
  ofFile("a document of sharpness", "as-seed0.json", { inputs: damagedJson(sharpness), read: readSharpness }),
  ofFile("a landscape", "as-seed0-lines.json", { inputs: damagedJson(landscape), read: readLandscape }),
  ofFile("a selection", "selection.json", {
    inputs: damagedJson(selection),
    share: 20,
    read: (_, folder) => readSelection(folder),
  }),
  ofFile("a catalogue of exhibits", "exhibits.json", {
    inputs: damagedJson(catalogue),
    read: (_, folder) => readCatalogue(folder),
    holds({ figures, tables }: ReturnType<typeof readCatalogue>) {
      for (const name of [...figures, ...tables.map((table) => table.name)])
        if (!isFileName(name)) throw new Error(`${name} leads out of the folder`);
    },
  }),
  ofFile("a list of tested bits", "bits.csv", {
    inputs: damagedText("layer,weight,bit,before,after,correct,changed\nconv1,0,3,1,9,90,8\n").map((text) =>
      new TextEncoder().encode(text),
    ),
    read: (path) => openBitRows(path).rows(),
  }),
  ofFile("a list of what was made", ".flatenn-made", {
    inputs: damagedBytes(new TextEncoder().encode("# x\na.svg\n../b\n.\n")),
    read: (_, folder) => madeHere(folder),
    holds(names: readonly string[]) {
      for (const name of names) if (!isFileName(name)) throw new Error(`${name} leads out of the folder`);
    },
  }),
];
