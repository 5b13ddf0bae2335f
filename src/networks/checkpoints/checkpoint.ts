import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Array32, Arrays } from "../../base/arrays.js";
import { dictionary } from "../../base/dictionary.js";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { restoring } from "../../base/files/restoring.js";
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from "../../base/files/safetensors.js";
import { parseJson } from "../../base/json.js";
import { idSchema } from "../../base/schema.js";
import type { Bits } from "../bits.js";

/** Figures of one epoch of training. */
export interface EpochRecord {
  readonly phase: "float" | "quantized";
  /** From 1. */
  readonly epoch: number;
  /** Learning rate of the last step. */
  readonly learningRate: number;
  /** Mean training loss of the epoch's batches, penalty included, before each step. */
  readonly loss: number;
  /** Share of validation images classified correctly by the deployed network. */
  readonly validationAccuracy: number;
}

/** Where a checkpoint comes from. All of it is in the file's metadata, see docs/formats.md. */
export interface CheckpointOrigin {
  readonly study: string;
  readonly profile: string;
  readonly model: string;
  /** Hashes of the model's nodes and the data set's files; absent in studies that go by the names of both. */
  readonly content?: { readonly model: string; readonly dataset: string };
  /** Arm id, or `"float"` for the float network that all arms of a seed start from. */
  readonly arm: string;
  readonly seed: number;
  /** Epochs done in the phase that the arm's name implies; of a network in two quantized phases, in both together. */
  readonly epoch: number;
  /** Bits of weights and activations; null for a float network. */
  readonly bits: Bits | null;
  /** FATReLU's threshold; 0 is ReLU. */
  readonly threshold: number;
  /** sha256 of every setting that decides the content; `config` in the file. */
  readonly settingsHash: string;
  /**
   * {@link networkHash} of the network that an arm's training began with: the float one, or the one of a first phase that arms
   * share; older checkpoints do not name it.
   */
  readonly start?: string;
  /** What computed it: versions, threads, instruction set. */
  readonly backend: Readonly<Record<string, unknown>>;
  readonly curve: readonly EpochRecord[];
}

export interface Checkpoint {
  readonly origin: CheckpointOrigin;
  /**
   * By name: `<layer>.weight`, `<layer>.bias`, `<layer>.weight_clip`, `<activation>.clip`, and of batch norm `<node>.gamma`,
   * `.beta`, `.mean`, `.variance`.
   */
  readonly parameters: Arrays;
  /** Optimizer velocity by the same names: only in the state of an unfinished training. */
  readonly velocity?: Arrays;
}

const FORMAT = "flatenn-checkpoint-1";
const VELOCITY = "velocity/";

/** Names that files of this format have had from the beginning, by those in memory; and the other way round. */
const IN_FILE: Readonly<Record<string, string>> = { settingsHash: "config" };
const IN_MEMORY = Object.fromEntries(Object.entries(IN_FILE).map(([here, there]) => [there, here]));

const renamed = (key: string, names: Readonly<Record<string, string>>) =>
  Object.hasOwn(names, key) ? names[key]! : key;

const whole = z.int().min(0);
const width = z.int().min(1).max(8);
/** What the metadata of a file must be; ids are parts of paths. */
const originSchema = z.strictObject({
  study: z.string(),
  profile: z.string(),
  model: z.string(),
  content: z.exactOptional(z.strictObject({ model: z.string(), dataset: z.string() })),
  arm: idSchema,
  seed: whole,
  epoch: whole,
  bits: z.strictObject({ weights: width, activations: width, ends: z.exactOptional(width) }).nullable(),
  threshold: z.number().min(0),
  settingsHash: z.string(),
  start: z.exactOptional(z.string()),
  backend: z.record(z.string(), z.unknown()),
  curve: z.array(
    z.strictObject({
      phase: z.enum(["float", "quantized"]),
      epoch: z.int().positive(),
      learningRate: z.number(),
      loss: z.number(),
      validationAccuracy: z.number().min(0).max(1),
    }),
  ),
});

/** Bytes of a checkpoint file: equal checkpoints give equal bytes. */
export function encodeCheckpoint({ origin, parameters, velocity = {} }: Checkpoint): Uint8Array {
  const tensors = dictionary<SafeTensor>();
  const add = (name: string, { shape, data }: Array32) => {
    tensors[name] = { dtype: "F32", shape: [...shape], data };
  };
  for (const [name, x] of Object.entries(parameters)) add(name, x);
  for (const [name, x] of Object.entries(velocity)) add(VELOCITY + name, x);
  const metadata = Object.entries(origin).map(([key, value]) => [
    renamed(key, IN_FILE),
    JSON.stringify(value),
  ]);
  return encodeSafetensors(tensors, { format: FORMAT, ...Object.fromEntries(metadata) });
}

/** The inverse of {@link encodeCheckpoint}. @param source what to call the bytes in an error */
export function decodeCheckpoint(bytes: Uint8Array, source: string): Checkpoint {
  const { tensors, metadata } = decoded(bytes, source);
  const { format, ...rest } = metadata;
  if (format !== FORMAT)
    throw new UserError(
      `${source} is no checkpoint of this program: its format is ${format ?? "not given"}, not ${FORMAT}`,
    );
  const parameters = dictionary<Array32>();
  const velocity = dictionary<Array32>();
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (!(data instanceof Float32Array)) throw new UserError(`${source}: tensor ${name} must be F32`);
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new UserError(
        `${source} is damaged (element ${wrong} of tensor ${name} is ${data[wrong]}, which no training gives); ${restoring(source)}`,
      );
    if (name.startsWith(VELOCITY)) velocity[name.slice(VELOCITY.length)] = { shape, data };
    else parameters[name] = { shape, data };
  }
  const checkpoint = { origin: readOrigin(rest, source), parameters };
  return Object.keys(velocity).length > 0 ? { ...checkpoint, velocity } : checkpoint;
}

function readOrigin(metadata: Readonly<Record<string, string>>, source: string): CheckpointOrigin {
  const damaged = (what: string) =>
    new UserError(`${source} is damaged (its metadata ${what}); ${restoring(source)}`);
  const parsed = Object.entries(metadata).map(([key, value]) => {
    try {
      return [renamed(key, IN_MEMORY), parseJson(value)] as const;
    } catch (error) {
      throw damaged(`${key}: ${(error as Error).message}`);
    }
  });
  const origin = Object.fromEntries(parsed);
  const result = originSchema.safeParse(origin);
  if (result.success) return origin as unknown as CheckpointOrigin;
  throw damaged(result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
}

function decoded(bytes: Uint8Array, source: string): ReturnType<typeof decodeSafetensors> {
  try {
    return decodeSafetensors(bytes);
  } catch (error) {
    throw new UserError(`${source} is damaged (${(error as Error).message}); ${restoring(source)}`);
  }
}

/** Writes a checkpoint so that the file is either whole or not there. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  writeFileAtomic(path, encodeCheckpoint(checkpoint));
}

/** Reads a checkpoint. @throws UserError if the file is missing or damaged */
export function readCheckpoint(path: string): Checkpoint {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new UserError(`there is no checkpoint ${path}; \`npx flatenn train\` makes it`);
  }
  return decodeCheckpoint(bytes, path);
}

/**
 * sha256 over bits, FATReLU threshold and names, shapes and values of the parameters: what a network computes, apart from
 * where it comes from.
 */
export function networkHash({ origin, parameters }: Checkpoint): string {
  const hash = createHash("sha256").update(
    JSON.stringify([origin.content?.model ?? origin.model, origin.bits, origin.threshold]),
  );
  for (const [name, { shape, data }] of Object.entries(parameters)) {
    hash.update(JSON.stringify([name, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}
