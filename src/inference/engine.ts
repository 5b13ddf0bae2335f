import { UserError } from "../base/errors.js";
import { gatherImages, type ImageDataset } from "../datasets/images.js";
import type { Classifier } from "./classifier.js";
import { type Codes, codesOf, type DeployedNetwork } from "./deploy.js";
import type { KernelVariant } from "./kernels.js";
import { Machine, type MachineOptions } from "./machine.js";
import { compile } from "./program.js";
import { bestVariant } from "./self-test.js";

export interface IntegerClassifier extends Classifier {
  /** The kernels in use. */
  readonly variant: KernelVariant;
  /** Mean cross-entropy over the images, in nats. @param labels the true class of each image */
  loss(codes: Codes, labels: Uint8Array): number;
  /** Checksum of the weights as they lie in the kernels' memory: the same before and after each `classify`. */
  checksum(): number;
}

export interface IntegerClassifierOptions {
  /** Default: the fastest that passes the self-test. */
  readonly variant?: KernelVariant;
  /** See {@link MachineOptions}: which layers skip zeros changes the time only. */
  readonly skipZeros?: MachineOptions["skipZeros"];
  /**
   * Bytes for fault-free activations, which `classify` does not compute again where no fault reaches them; 0 evaluates
   * all of the network every time. Default: 256 MiB. Changes the time only.
   */
  readonly holdBytes?: number;
}

const HOLD_BYTES = 256 * 2 ** 20;

/**
 * Evaluates a deployed network in exact integer arithmetic (program.ts), without TensorFlow. `classify` changes the codes
 * that differ from the network's own in place, evaluates all images, and undoes the changes; a checksum proves that.
 * @param indices which images, in which order
 */
export function integerClassifier(
  network: DeployedNetwork,
  data: ImageDataset,
  indices: Uint32Array,
  { variant = bestVariant(), skipZeros = "measured", holdBytes = HOLD_BYTES }: IntegerClassifierOptions = {},
): IntegerClassifier {
  const [height, width, channels] = network.model.input;
  if (data.height !== height || data.width !== width || data.channels !== channels)
    throw new UserError(
      `data must have images of ${height} x ${width} x ${channels}, as model ${network.model.name} reads; ` +
        `got ${data.height} x ${data.width} x ${data.channels}`,
    );
  const original = codesOf(network);
  const machine = new Machine(compile(network), original, gatherImages(data, indices), {
    variant,
    skipZeros,
    holdBytes,
  });
  const checksum = () => checksumOf(machine.weightBytes());
  const pristine = checksum();
  /** Evaluates the network with other codes, and makes sure that nothing is left of them. */
  const withCodes = <T>(codes: Codes, evaluate: () => T): T => {
    requireCodes(network, codes);
    let result: T;
    try {
      machine.setWeights(codes);
      result = evaluate();
    } finally {
      machine.setWeights(original);
    }
    if (checksum() !== pristine)
      throw new Error("the weights are not what they were before this evaluation: its result is void");
    return result;
  };
  return {
    variant,
    checksum,
    classify: (codes) => withCodes(codes, () => machine.predict()),
    loss: (codes, labels) =>
      withCodes(codes, () => {
        let sum = 0;
        machine.forEachLogits((logits, image) => {
          sum += crossEntropy(logits, labels[image]!);
        });
        return sum / indices.length;
      }),
    dispose() {},
  };
}

/**
 * How many images have the code 0 at each unit, by activation node, without faults: the input of `measureSparsity`,
 * counted without TensorFlow.
 */
export function countZeros(
  network: DeployedNetwork,
  data: ImageDataset,
  indices: Uint32Array,
  { variant = bestVariant() }: IntegerClassifierOptions = {},
): Record<string, Float64Array> {
  const counts: Record<string, Float64Array> = {};
  const machine = new Machine(compile(network), codesOf(network), gatherImages(data, indices), { variant });
  const { group } = machine.plan;
  for (let from = 0; from < indices.length; from += group) {
    machine.runGroup(from);
    for (const name of Object.keys(network.activationClips))
      for (let i = 0; i < Math.min(group, indices.length - from); i++) {
        const codes = machine.codes(name, i);
        counts[name] ??= new Float64Array(codes.length);
        for (let unit = 0; unit < codes.length; unit++) if (codes[unit] === 0) counts[name][unit]! += 1;
      }
  }
  return counts;
}

/** -ln of the softmax at the true class. */
function crossEntropy(logits: Float64Array, label: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return Math.log(sum) + most - logits[label]!;
}

function requireCodes({ layers }: DeployedNetwork, codes: Codes): void {
  for (const { name, bits, codes: own } of layers) {
    const given = codes[name];
    if (given?.length !== own.length)
      throw new UserError(`codes.${name} must have ${own.length} codes, got ${given?.length ?? "none"}`);
    if (Buffer.compare(given, own) === 0) continue;
    for (let i = 0; i < given.length; i++)
      if (given[i]! >> bits)
        throw new UserError(
          `codes.${name}[${i}] must be an integer from 0 to ${2 ** bits - 1}, got ${given[i]}`,
        );
  }
}

/** FNV-1a, 32 bits: any single changed byte changes it. */
function checksumOf(parts: Iterable<Uint8Array>): number {
  let hash = 0x811c9dc5;
  for (const bytes of parts)
    for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}
