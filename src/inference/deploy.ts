import type { Array32 } from "../base/arrays.js";
import { UserError } from "../base/errors.js";
import { shown } from "../base/options.js";
import { type Bits, quantizedLayers } from "../networks/bits.js";
import type { Checkpoint } from "../networks/checkpoints/checkpoint.js";
import { activationNodes, type BatchNormNode, type Model, shapes } from "../networks/model.js";
import { type NormPart, parameterName } from "../networks/parameters.js";
import { requireModel } from "../networks/schema.js";
import { weightCodes, weightValues } from "../quantization/grid.js";

/** One weight layer as it lies in memory: codes where faults strike, the rest fault-free. */
export interface DeployedLayer {
  readonly name: string;
  readonly shape: readonly number[];
  /** Bits of a code. */
  readonly bits: number;
  /** One code 0..2^bits - 1 per weight, row-major in `shape`, in offset binary. */
  readonly codes: Uint8Array;
  /** Weight value = clip (2 code - n)/n. */
  readonly clip: number;
  readonly bias: Float32Array;
}

/** Batch norm after training, per channel: y = gain x + offset. */
export interface Norm {
  readonly gain: Float64Array;
  readonly offset: Float64Array;
}

/** A quantized network ready for inference, as plain data. */
export interface DeployedNetwork {
  readonly model: Model;
  /** As in the checkpoint; each layer has its own bits of weights. */
  readonly bits: Bits;
  readonly layers: readonly DeployedLayer[];
  /** Clip of each activation node. */
  readonly activationClips: Readonly<Record<string, number>>;
  /** Batch norm by node; absent where there is none. */
  readonly norms?: Readonly<Record<string, Norm>>;
  /** FATReLU's threshold; 0 is ReLU. */
  readonly threshold: number;
}

/** Codes of every weight layer, by name: what faults change. */
export type Codes = Readonly<Record<string, Uint8Array>>;

/** Quantizes a checkpoint: the codes are those of the typed-array grid on its float32 latent weights. */
export function deploy(model: Model, checkpoint: Checkpoint): DeployedNetwork {
  requireModel(model);
  const { bits, arm, threshold } = requireCheckpoint(checkpoint).origin;
  if (!bits) throw new UserError(`arm ${arm} is a float network: it has no codes to deploy`);
  const scalar = (name: string) => Math.abs(parameterOf(checkpoint, name, [])[0]!);
  const layers = quantizedLayers(model, bits).map(({ name, shape, outputs, bits }) => {
    const clip = scalar(`${name}.weight_clip`);
    const codes = weightCodes(parameterOf(checkpoint, `${name}.weight`, shape), clip, bits);
    return { name, shape, bits, codes, clip, bias: parameterOf(checkpoint, `${name}.bias`, [outputs]) };
  });
  const activationClips = Object.fromEntries(
    activationNodes(model).map((name) => [name, scalar(`${name}.clip`)]),
  );
  return { model, bits, layers, activationClips, norms: normsOf(model, checkpoint), threshold };
}

/** Makes sure that a value is a network's parameters, and no other thing that was handed in its place. */
export function requireCheckpoint(value: Checkpoint): Checkpoint {
  if (
    typeof value?.origin !== "object" ||
    value.origin === null ||
    typeof value.parameters !== "object" ||
    value.parameters === null
  )
    throw new UserError(
      `a checkpoint must have origin and parameters, as importSafetensors and readCheckpoint give, got ${shown(value)}`,
    );
  const { threshold } = value.origin;
  if (threshold >= 0 && Number.isFinite(threshold)) return value;
  throw new UserError(
    `the threshold of a checkpoint must be a finite number from 0, which is ReLU, got ${shown(threshold)}`,
  );
}

/** An array of a checkpoint. @throws UserError if it is missing or has another shape */
export function parameterOf(
  { origin, parameters }: Checkpoint,
  name: string,
  shape: readonly number[],
): Float32Array {
  const found = parameters[name];
  if (!found)
    throw new UserError(`the checkpoint of ${origin.arm}, seed ${origin.seed}, lacks the tensor ${name}`);
  if (shown(found.shape) !== shown(shape))
    throw new UserError(
      `tensor ${name} must have the shape [${shape.join(", ")}], got [${[found.shape].flat().map(shown).join(", ")}]`,
    );
  const count = shape.reduce((a, b) => a * b, 1);
  if (!(found.data instanceof Float32Array && found.data.length === count))
    throw new UserError(
      `tensor ${name} must have ${count} numbers in a Float32Array, got ${shown(found.data)}`,
    );
  return found.data;
}

/** The batch norms of a checkpoint, by node. @throws UserError for a variance that is none */
export function normsOf(model: Model, checkpoint: Checkpoint): Record<string, Norm> {
  const shape = shapes(model);
  return Object.fromEntries(
    model.nodes.flatMap((node) => {
      if (node.op !== "batchNorm") return [];
      const channels = shape.get(node.name)!.at(-1)!;
      const part = (of: NormPart) => parameterOf(checkpoint, parameterName.norm(node.name, of), [channels]);
      const [gamma, beta, mean, variance] = [part("gamma"), part("beta"), part("mean"), part("variance")];
      return [[node.name, foldNorm(node, { gamma, beta, mean, variance })] as const];
    }),
  );
}

/** What batch norm adds to a variance before it takes the root, where its node does not say. */
const NORM_EPSILON = 1e-5;

/** The gain and offset, in float64, of batch norm with running statistics: gamma (x - mean) / sqrt(variance + epsilon) + beta. */
function foldNorm(
  { name, epsilon = NORM_EPSILON }: BatchNormNode,
  parts: Readonly<Record<NormPart, Float32Array>>,
): Norm {
  const gain = Float64Array.from(parts.gamma, (g, i) => {
    const variance = parts.variance[i]!;
    if (variance + epsilon > 0) return g / Math.sqrt(variance + epsilon);
    throw new UserError(
      `the variances of batch norm ${name} must be at least 0, got ${variance} for channel ${i}`,
    );
  });
  const offset = Float64Array.from(parts.beta, (b, i) => b - parts.mean[i]! * gain[i]!);
  return { gain, offset };
}

/** The fault-free codes of a deployed network, by layer. */
export function codesOf(network: DeployedNetwork): Codes {
  return Object.fromEntries(network.layers.map(({ name, codes }) => [name, codes]));
}

/** The weights that codes stand for, by layer. @param codes default: the network's own, so Q(w) */
export function quantizedWeights(
  network: DeployedNetwork,
  codes: Codes = codesOf(network),
): Record<string, Array32> {
  return Object.fromEntries(
    network.layers.map(({ name, shape, bits, clip }) => [
      name,
      { shape, data: weightValues(codes[name]!, clip, bits) },
    ]),
  );
}
