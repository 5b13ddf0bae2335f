import { gatherImages, type ImageDataset } from "../datasets/images.js";
import { UserError } from "../errors.js";
import type { Classifier } from "./classifier.js";
import { type Codes, codesOf, type DeployedNetwork } from "./deploy.js";
import type { KernelVariant } from "./kernels.js";
import { Machine, type MachineOptions } from "./machine.js";
import { compile } from "./program.js";
import { bestVariant } from "./self-test.js";

export interface IntegerClassifier extends Classifier {
  /** The kernels in use. */
  readonly variant: KernelVariant;
  /** Checksum of the weights as they lie in the kernels' memory: the same before and after each `classify`. */
  checksum(): number;
}

export interface IntegerClassifierOptions {
  /** Default: the fastest that passes the self-test. */
  readonly variant?: KernelVariant;
  /** See {@link MachineOptions}: which layers skip zeros changes the time only. */
  readonly skipZeros?: MachineOptions["skipZeros"];
}

/**
 * Evaluates a deployed network in exact integer arithmetic (program.ts), without TensorFlow. `classify` changes the codes
 * that differ from the network's own in place, evaluates all images, and undoes the changes; a checksum proves that.
 * @param indices which images, in which order
 */
export function integerClassifier(
  network: DeployedNetwork,
  data: ImageDataset,
  indices: Uint32Array,
  { variant = bestVariant(), skipZeros = "measured" }: IntegerClassifierOptions = {},
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
  });
  const checksum = () => checksumOf(machine.weightBytes());
  const pristine = checksum();
  return {
    variant,
    checksum,
    classify(codes) {
      const changes = differences(network, original, codes);
      let classes: Uint8Array;
      try {
        for (const { layer, index, code } of changes) machine.writeWeight(layer, index, code);
        classes = machine.predict();
      } finally {
        for (const { layer, index } of changes) machine.writeWeight(layer, index, original[layer]![index]!);
      }
      if (checksum() !== pristine)
        throw new Error("the weights are not what they were before this evaluation: its result is void");
      return classes;
    },
    dispose() {},
  };
}

interface Change {
  readonly layer: string;
  readonly index: number;
  readonly code: number;
}

function differences({ layers, bits }: DeployedNetwork, original: Codes, codes: Codes): Change[] {
  const changes: Change[] = [];
  for (const { name } of layers) {
    const before = original[name]!;
    const after = codes[name];
    if (after?.length !== before.length)
      throw new UserError(`codes.${name} must have ${before.length} codes, got ${after?.length ?? "none"}`);
    if (after === before) continue;
    for (let index = 0; index < before.length; index++) {
      const code = after[index]!;
      if (code === before[index]) continue;
      if (code >> bits.weights)
        throw new UserError(
          `codes.${name}[${index}] must be an integer from 0 to ${2 ** bits.weights - 1}, got ${code}`,
        );
      changes.push({ layer: name, index, code });
    }
  }
  return changes;
}

/** FNV-1a, 32 bits: any single changed byte changes it. */
function checksumOf(parts: Iterable<Uint8Array>): number {
  let hash = 0x811c9dc5;
  for (const bytes of parts)
    for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}
