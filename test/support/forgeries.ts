import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishedDirectory } from "../../src/experiments/results/index.js";
import { checkManifest, writeManifest } from "../../src/experiments/results/manifest.js";
import { checkResults } from "../../src/experiments/verification/check-results.js";
import { verifyResults } from "../../src/experiments/verification/index.js";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "../../src/networks/checkpoints/index.js";
import { temporaryFolder } from "./cli.js";
import { alterRows } from "./published.js";

/** Something done to a copy of the committed quick results, before its sums are written anew. */
export interface Forgery {
  readonly what: string;
  readonly forge: (folder: string) => void | Promise<void>;
  /** What verification says that it does not check, where it cannot tell; absent: it must find it. */
  readonly named?: RegExp;
}

type Json = Record<string, unknown>;

function changeJson(file: string, change: (value: Json) => void) {
  return (folder: string) => {
    const path = join(folder, file);
    const value = JSON.parse(readFileSync(path, "utf8")) as Json;
    change(value);
    writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
  };
}

const at = (arm: string) => join("checkpoints", `${arm}-seed0.safetensors`);

function changeCheckpoint(arm: string, change: (checkpoint: Checkpoint) => Checkpoint) {
  return (folder: string) => {
    const path = join(folder, at(arm));
    writeCheckpoint(path, change(readCheckpoint(path)));
  };
}

function changeOrigin(arm: string, changes: object) {
  return changeCheckpoint(arm, ({ origin, ...rest }) => ({ ...rest, origin: { ...origin, ...changes } }));
}

const changeTrials =
  (...statements: string[]) =>
  (folder: string) =>
    alterRows(folder, ...statements);

/** Another value of the same kind. */
function other(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return `${value}x`;
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return value.length > 0 ? value.slice(1) : [7];
  return value === null ? 7 : {};
}

/** Paths to every value within an object that is itself none. */
function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]));
}

/** A forgery for every value of a JSON file. */
function everyValue(file: string, named?: RegExp): Forgery[] {
  const whole = JSON.parse(readFileSync(join(quick, file), "utf8")) as Json;
  return leaves(whole).map((path) => ({
    what: `${file}: another ${path.join(".")}`,
    forge: changeJson(file, (value) => {
      let within = value;
      for (const key of path.slice(0, -1)) within = within[key] as Json;
      within[path.at(-1)!] = other(within[path.at(-1)!]);
    }),
    ...(named && { named }),
  }));
}

const quick = publishedDirectory("lenet5-fashion", "quick");
const hash = "0".repeat(64);

/** One of each kind that looks the most harmless: what the fast tests try. */
export const FEW: readonly Forgery[] = [
  {
    what: "a network labelled with other bits",
    forge: changeOrigin("as", { bits: { weights: 8, activations: 4 } }),
  },
  { what: "a threshold of FATReLU added", forge: changeOrigin("as", { threshold: 0.1 }) },
  {
    what: "an accuracy that the training ended with",
    forge: changeCheckpoint("as", ({ origin, ...rest }) => ({
      ...rest,
      origin: {
        ...origin,
        curve: origin.curve.map((epoch, i, all) =>
          i < all.length - 1 ? epoch : { ...epoch, validationAccuracy: 0.95 },
        ),
      },
    })),
  },
  {
    what: "fewer maps",
    forge: async (folder) => {
      changeJson("study.json", (study) => {
        (study["campaign"] as Json)["maps"] = 9;
      })(folder);
      changeJson("results.json", (results) => {
        results["maps"] = 9;
      })(folder);
      await changeTrials("DELETE FROM trials WHERE map = 9")(folder);
    },
  },
  {
    what: "a network declared failed",
    forge: async (folder) => {
      const { settingsHash: config } = readCheckpoint(join(folder, at("as"))).origin;
      const failure = { arm: "as", seed: 0, config, reason: "the loss is not finite", epoch: 1, step: 9 };
      cpSync(join(folder, "networks"), join(folder, "failed"), { recursive: true });
      for (const arm of ["as-saq", "standard", "standard-saq"])
        rmSync(join(folder, "failed", `${arm}-seed0.json`));
      writeFileSync(join(folder, "failed", "as-seed0.json"), JSON.stringify(failure));
      for (const file of [at("as"), "networks/as-seed0.json", "timings/as-seed0.json"])
        rmSync(join(folder, file));
      changeJson("results.json", (results) => {
        results["networks"] = (results["networks"] as Json[]).filter(({ arm }) => arm !== "as");
        results["failures"] = [failure];
      })(folder);
      await changeTrials("DELETE FROM trials WHERE arm = 'as'")(folder);
    },
    named: /^failed trainings: .*as, seed 0/,
  },
  {
    what: "an arm left out",
    forge: async (folder) => {
      for (const file of [at("as"), "networks/as-seed0.json", "timings/as-seed0.json"])
        rmSync(join(folder, file));
      changeJson("results.json", (results) => {
        results["networks"] = (results["networks"] as Json[]).filter(({ arm }) => arm !== "as");
      })(folder);
      await changeTrials("DELETE FROM trials WHERE arm = 'as'")(folder);
    },
    named: /^networks that the study has and these results do not: as, seed 0$/,
  },
];

/** Every value of every file, and what is done to several files together. */
export function allForgeries(): readonly Forgery[] {
  const { origin } = readCheckpoint(join(quick, at("standard")));
  const curve = (change: (epoch: (typeof origin.curve)[number]) => object, epoch: number) =>
    changeCheckpoint("standard", ({ origin: own, ...rest }) => ({
      ...rest,
      origin: {
        ...own,
        curve: own.curve.map((each, i) => (i === epoch ? { ...each, ...change(each) } : each)),
      },
    }));
  const last = origin.curve.length - 1;
  return [
    ...FEW,
    ...everyValue("study.json"),
    ...everyValue("results.json"),
    ...everyValue("networks/standard-seed0.json"),
    ...everyValue("timings/standard-seed0.json", /^timings: /),
    ...Object.entries(origin)
      .filter(([key]) => !["backend", "curve", "bits"].includes(key))
      .map(([key, value]) => ({
        what: `a checkpoint's ${key}`,
        forge: changeOrigin("standard", {
          [key]: key === "start" || key === "settingsHash" ? hash : other(value),
        }),
      })),
    ...leaves(origin.backend).map((path) => ({
      what: `a checkpoint's backend: ${path}`,
      forge: changeOrigin("standard", { backend: { ...origin.backend, [path[0]!]: "another" } }),
      named: /^what trained the networks: /,
    })),
    ...[0, last].flatMap((epoch) => [
      {
        what: `curve, epoch ${epoch}: learning rate`,
        forge: curve((each) => ({ learningRate: each.learningRate * 2 }), epoch),
      },
      { what: `curve, epoch ${epoch}: number`, forge: curve(() => ({ epoch: 9 }), epoch) },
      {
        what: `curve, epoch ${epoch}: phase`,
        forge: curve((each) => ({ phase: each.phase === "float" ? "quantized" : "float" }), epoch),
      },
      {
        what: `curve, epoch ${epoch}: loss`,
        forge: curve(() => ({ loss: 0.01 }), epoch),
        named: /^training curves: losses/,
      },
      { what: `curve, epoch ${epoch}: accuracy`, forge: curve(() => ({ validationAccuracy: 0.95 }), epoch) },
      {
        what: `curve, epoch ${epoch}: an accuracy of no count`,
        forge: curve(() => ({ validationAccuracy: 0.90001 }), epoch),
      },
    ]),
    {
      what: "a tensor added to a checkpoint",
      forge: changeCheckpoint("standard", ({ parameters, ...rest }) => ({
        ...rest,
        parameters: { ...parameters, "conv9.bias": { shape: [1], data: Float32Array.of(1) } },
      })),
    },
    {
      what: "a tensor left out of a checkpoint",
      forge: changeCheckpoint("standard", ({ parameters, ...rest }) => ({
        ...rest,
        parameters: Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== "fc3.bias")),
      })),
    },
    {
      what: "a weight altered",
      forge: changeCheckpoint("standard", (checkpoint) => {
        checkpoint.parameters["fc3.weight"]!.data[0]! += 1;
        return checkpoint;
      }),
    },
    {
      what: "weights of two arms exchanged",
      forge: (folder) => {
        const [a, b] = ["as", "standard"].map((arm) => readCheckpoint(join(folder, at(arm)))) as [
          Checkpoint,
          Checkpoint,
        ];
        writeCheckpoint(join(folder, at("as")), { ...a, parameters: b.parameters });
        writeCheckpoint(join(folder, at("standard")), { ...b, parameters: a.parameters });
      },
    },
    ...[
      "arm",
      "seed",
      "encoding",
      "layer",
      "fault",
      "rate",
      "map",
      "correct",
      "images",
      "exposed",
      "faulty",
      "changed",
    ].map((column) => ({
      what: `trials: another ${column}`,
      forge: changeTrials(
        `UPDATE trials SET ${column} = ${["arm", "encoding", "layer", "fault"].includes(column) ? `${column} || 'x'` : `${column} + 1`} WHERE id = (SELECT max(id) FROM trials)`,
      ),
    })),
    ...["faultyByLayer", "changedByLayer"].map((column) => ({
      what: `trials: another ${column}`,
      forge: changeTrials(
        `UPDATE trials SET ${column} = [1, 2, 3, 4, 5] WHERE id = (SELECT max(id) FROM trials)`,
      ),
    })),
    {
      what: "a trial left out",
      forge: changeTrials("DELETE FROM trials WHERE id = (SELECT max(id) FROM trials)"),
    },
    { what: "a rate left out", forge: changeTrials("DELETE FROM trials WHERE rate > 0.045") },
    { what: "an empty table of trials", forge: changeTrials("DELETE FROM trials") },
    ...["summary.csv", "results.json", "networks/as-seed0.json", at("as")].map((file) => ({
      what: `${file} left out`,
      forge: (folder: string) => rmSync(join(folder, file)),
    })),
    {
      what: "a float network left out",
      forge: (folder) => rmSync(join(folder, at("float"))),
      named: /float-seed0.safetensors is not there/,
    },
    {
      what: "a file added",
      forge: (folder) => writeFileSync(join(folder, "notes.txt"), ""),
      named: /^files that are no part of results: notes.txt/,
    },
    {
      what: "a network of no arm added",
      forge: (folder) => cpSync(join(folder, at("as")), join(folder, at("as-better"))),
      named: /^files of networks that the study does not have: .*as-better/,
    },
    {
      what: "a network's file in place of another's",
      forge: (folder) => cpSync(join(folder, at("as")), join(folder, at("as-saq"))),
    },
    {
      what: "damaged metadata",
      forge: (folder) => {
        const path = join(folder, at("as"));
        const bytes = readFileSync(path);
        bytes.write("{", bytes.indexOf('"arm":"') + 7);
        writeFileSync(path, bytes);
      },
    },
  ];
}

/** What becomes of a forgery: found, with the first problem; named; or neither. */
export async function tried({ forge, named }: Forgery): Promise<"found" | "named" | "passes"> {
  const folder = temporaryFolder();
  cpSync(quick, folder, { recursive: true });
  await forge(folder);
  let study: Parameters<typeof writeManifest>[0];
  try {
    study = JSON.parse(readFileSync(join(folder, "study.json"), "utf8"));
    writeManifest(study, folder);
    const files = checkManifest(folder);
    const checked = await checkResults(folder, join(folder, "checkpoints"));
    if (files.problems.length + checked.problems.length > 0) return "found";
    if (named && [...checked.notChecked, ...checked.notes].some((what) => named.test(what))) return "named";
  } catch (error) {
    if ((error as Error).name === "UserError") return "found"; // verification ends with it
    throw error;
  }
  const { problems, mismatches, notChecked } = await verifyResults(folder, { share: 1, sampleSeed: 1 });
  if (problems.length + mismatches.length > 0) return "found";
  return named && notChecked.some((what) => named.test(what)) ? "named" : "passes";
}
