import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { sweepHalfWritten, writeFileAtomic } from "../../base/files/atomic.js";
import { networkFile } from "../../base/files/network-file.js";
import { idSchema } from "../../base/schema.js";
import type { Bits } from "../../networks/bits.js";
import type { Encoding } from "../../quantization/encodings.js";
import { type ReadOptions, requireRead } from "../results/results.js";
import type { NetworkKey } from "../study/arms.js";
import type { FaultRise } from "./fault-rises.js";
import type { Findings, HessianCheck, Measure } from "./measure-network.js";
import type { PredictorTerms } from "./predictor.js";
import type { SharpnessSettings } from "./settings.js";
import { documentsIn, readAllStored, readStored, requireSame } from "./stored.js";

const FORMAT = "flatenn-sharpness-1";

/** What decides the numbers of a document: a document of other ones is not gone on with. */
export interface SharpnessHead {
  readonly study: string;
  readonly profile: string;
  readonly arm: string;
  readonly seed: number;
  /** Hash of the network. */
  readonly network: string;
  readonly model: string;
  readonly bits: Bits;
  readonly encoding: Encoding;
  /** The first `count` entries of the shuffle of the training images by `stream(...key)`. */
  readonly images: {
    readonly dataset: string;
    readonly split: "train";
    readonly key: readonly string[];
    readonly count: number;
  };
  /** The family of the fault maps. */
  readonly maps: string;
  readonly settings: SharpnessSettings;
}

/** All that was measured on one network, as it is stored. */
export interface SharpnessDocument extends SharpnessHead {
  readonly format: string;
  /** Weight layers in model order: number of weights, ||Q(w)||, clip. */
  readonly layers: readonly {
    readonly name: string;
    readonly weights: number;
    readonly norm: number;
    readonly clip: number;
  }[];
  /** What computed it. */
  readonly backend: Readonly<Record<string, unknown>>;
  /** Names of the parts that are done. */
  readonly done: readonly string[];
  readonly measures: readonly Measure[];
  readonly faultRises: readonly FaultRise[];
  readonly predictor: readonly PredictorTerms[];
  readonly hessian: HessianCheck | null;
}

const whole = z.int().min(0);
const error = z.number().min(0).nullable();
const estimate = z.strictObject({ value: z.number(), standardError: error });
const cell = { fault: z.string(), layer: z.string() };

/** What names the network of a document, and what it was measured on: also of landscapes. */
export const headShape = {
  format: z.string(),
  study: idSchema,
  profile: idSchema,
  arm: idSchema,
  seed: whole,
  network: z.string(),
  model: z.string(),
  bits: z.looseObject({ weights: z.int(), activations: z.int() }),
  encoding: z.string(),
  images: z.strictObject({
    dataset: z.string(),
    split: z.literal("train"),
    key: z.array(z.string()),
    count: z.int().positive(),
  }),
};

const schema = z.strictObject({
  ...headShape,
  maps: z.string(),
  settings: z.record(z.string(), z.union([z.number(), z.array(z.number()), z.array(z.string())])),
  layers: z.array(z.strictObject({ name: z.string(), weights: whole, norm: z.number(), clip: z.number() })),
  backend: z.record(z.string(), z.unknown()),
  done: z.array(z.string()),
  measures: z.array(
    z.strictObject({
      id: z.string(),
      value: z.number(),
      standardError: error,
      unit: z.enum(["nats", "nats / weight^2"]),
      radius: z.number().nullable(),
      relativeRadius: z.number().nullable(),
    }),
  ),
  faultRises: z.array(z.strictObject({ ...cell, rate: z.number(), value: z.number(), standardError: error })),
  predictor: z.array(
    z.strictObject({
      ...cell,
      rate: z.exactOptional(z.number()),
      slope: z.number(),
      curvature: z.number(),
      scatter: estimate,
    }),
  ),
  hessian: z
    .strictObject({
      asymmetry: z.number(),
      differences: z.array(z.strictObject({ step: z.number(), asymmetry: z.number() })),
      products: whole,
      bounds: z.array(z.number()),
    })
    .nullable(),
}) as unknown as z.ZodType<SharpnessDocument>;

const KIND = { format: FORMAT, schema };

/** Where a folder of a run has what was measured on a network. */
export function documentPath(folder: string, network: NetworkKey): string {
  return networkFile(documentsIn(folder), network);
}

/**
 * The document at a path, or an empty one.
 * @throws UserError if it was made of another network or with other settings
 */
export function openDocument(
  path: string,
  head: SharpnessHead,
  about: Pick<SharpnessDocument, "layers" | "backend">,
): SharpnessDocument {
  sweepHalfWritten(dirname(path));
  if (!existsSync(path))
    return {
      format: FORMAT,
      ...head,
      ...about,
      done: [],
      measures: [],
      faultRises: [],
      predictor: [],
      hessian: null,
    };
  const found = readStored(path, KIND);
  requireSame(path, found, head);
  return found;
}

/** A document with what a part found, stored. */
export function addFindings(
  path: string,
  document: SharpnessDocument,
  part: string,
  found: Findings,
): SharpnessDocument {
  const next: SharpnessDocument = {
    ...document,
    done: [...document.done, part],
    measures: [...document.measures, ...found.measures],
    faultRises: [...document.faultRises, ...(found.faultRises ?? [])],
    predictor: [...document.predictor, ...(found.predictor ?? [])],
    hessian: found.hessian ?? document.hessian,
  };
  writeFileAtomic(path, `${JSON.stringify(next, null, 1)}\n`);
  return next;
}

/** Reads one document. @throws UserError if it is not of the form */
export function readSharpness(path: string): SharpnessDocument {
  return readStored(path, KIND);
}

/**
 * Every document in the folder of a run; none if there are none.
 * @throws UserError for one that is not as the manifest of the folder states, not of the form, or of another network than its
 * file's name says
 */
export function readDocuments(folder: string, options: ReadOptions = {}): SharpnessDocument[] {
  const found = readAllStored(folder, /-seed\d+\.json$/, KIND, requireRead("readDocuments", options));
  return found.map((document) => requireNamed(document, documentPath(folder, document)));
}

function requireNamed(document: SharpnessDocument, path: string): SharpnessDocument {
  if (existsSync(path)) return document;
  throw new UserError(
    `a document of ${document.arm}, seed ${document.seed}, must be ${path}; it has another name`,
  );
}
