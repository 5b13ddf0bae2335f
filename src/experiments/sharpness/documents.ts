import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { sweepHalfWritten, writeFileAtomic } from "../../base/files/atomic.js";
import { fileName } from "../../base/files/file-name.js";
import { settingsHash } from "../../base/settings-hash.js";
import type { Bits } from "../../networks/bits.js";
import type { Encoding } from "../../quantization/encodings.js";
import type { NetworkKey } from "../study/arms.js";
import type { FaultRise } from "./fault-rises.js";
import type { Findings, HessianCheck, Measure } from "./measure-network.js";
import type { PredictorTerms } from "./predictor.js";
import type { SharpnessSettings } from "./settings.js";
import { documentsIn, madeOtherwise, readAllStored, readStored } from "./stored.js";

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

/** Where a folder of a run has what was measured on a network. */
export function documentPath(folder: string, { arm, seed }: NetworkKey): string {
  return join(documentsIn(folder), fileName(`${arm}-seed${seed}.json`));
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
  const found = readStored<SharpnessDocument>(path, FORMAT);
  const own = Object.fromEntries(Object.keys(head).map((name) => [name, found[name as keyof SharpnessHead]]));
  if (settingsHash(own) === settingsHash(head)) return found;
  throw madeOtherwise(path);
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

/** Every document in the folder of a run; none if there are none. */
export function readDocuments(folder: string): SharpnessDocument[] {
  return readAllStored(folder, /-seed\d+\.json$/, FORMAT);
}
