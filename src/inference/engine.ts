import { dictionary } from "../base/dictionary.js";
import { UserError } from "../base/errors.js";
import { type OptionKeys, requireOneOf, requireOptions, shown } from "../base/options.js";
import { gatherImages, type ImageDataset, requireImagesOf, requireLabelsOf } from "../datasets/images.js";
import { shapes } from "../networks/model.js";
import { bestVariant, ENGINE_TITLES, type EngineVariant } from "./choice.js";
import type { Classifier, Evaluator } from "./classifier.js";
import { type Codes, codesOf, type DeployedNetwork } from "./deploy.js";
import { Machine, type MachineOptions } from "./machine.js";
import { compile } from "./program.js";
import { channelTotals } from "./reference.js";
import { ReferenceMachine } from "./reference-machine.js";

export interface IntegerClassifier extends Classifier {
  /** What evaluates. */
  readonly variant: EngineVariant;
  /** Mean cross-entropy over the images, in nats. @param labels the true class of each image */
  loss(codes: Codes, labels: Uint8Array): number;
  /** Checksum of the weights as they lie in the kernels' memory: the same before and after each `classify`. */
  checksum(): number;
}

export interface IntegerClassifierOptions {
  /** Default: as $FLATENN_ENGINE says, else the fastest that passes the self-test. */
  readonly variant?: EngineVariant;
  /** See {@link MachineOptions}: which layers skip zeros changes the time only. */
  readonly skipZeros?: MachineOptions["skipZeros"];
  /**
   * Bytes for fault-free activations, which `classify` does not compute again where no fault reaches them; 0 evaluates
   * all of the network every time. Default: 256 MiB. Changes the time only.
   */
  readonly holdBytes?: number;
}

const OPTIONS: OptionKeys<IntegerClassifierOptions> = { variant: true, skipZeros: true, holdBytes: true };
const SKIPPING = { always: true, never: true, measured: true } as const;
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
  options: IntegerClassifierOptions = {},
): IntegerClassifier {
  const {
    variant = bestVariant(),
    skipZeros = "measured",
    holdBytes = HOLD_BYTES,
  } = requireOptions("integerClassifier", options, OPTIONS);
  requireOneOf("variant", variant, ENGINE_TITLES);
  requireOneOf("skipZeros", skipZeros, SKIPPING);
  if (!(typeof holdBytes === "number" && holdBytes >= 0))
    throw new UserError(`holdBytes must be a number of bytes from 0, got ${shown(holdBytes)}`);
  requireImagesOf(network.model, data);
  const original = codesOf(network);
  const images = gatherImages(data, indices);
  const machine = evaluatorOf(network, images, variant, { skipZeros, holdBytes });
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
    loss: (codes, labels) => {
      requireLabels(network, labels, indices.length);
      return withCodes(codes, () => {
        let sum = 0;
        machine.forEachLogits((logits, image) => {
          sum += crossEntropy(logits, labels[image]!);
        });
        return sum / indices.length;
      });
    },
    dispose() {},
  };
}

/**
 * How many images have a zero at each unit, without faults and without TensorFlow: the input of `measureSparsity`.
 * @returns counts by activation node, row-major [height, width, channels], and by global average pool, [channels]: its mean
 *   is 0 where all of a channel's codes are
 */
export function countZeros(
  network: DeployedNetwork,
  data: ImageDataset,
  indices: Uint32Array,
  options: Pick<IntegerClassifierOptions, "variant"> = {},
): Record<string, Float64Array> {
  const { variant = bestVariant() } = requireOptions("countZeros", options, { variant: true });
  requireOneOf("variant", variant, ENGINE_TITLES);
  requireImagesOf(network.model, data);
  const pools = network.model.nodes.filter(
    ({ op, input }) => op === "globalAveragePool" && Object.hasOwn(network.activationClips, input),
  );
  const counts = dictionary<Float64Array>();
  const count = (name: string, values: ArrayLike<number>) => {
    const own = counts[name] ?? new Float64Array(values.length);
    counts[name] = own;
    for (let unit = 0; unit < values.length; unit++) if (values[unit] === 0) own[unit]! += 1;
  };
  const machine = evaluatorOf(network, gatherImages(data, indices), variant, {});
  const { group } = machine;
  const shape = shapes(network.model);
  for (let from = 0; from < indices.length; from += group) {
    machine.runGroup(from);
    for (let i = 0; i < Math.min(group, indices.length - from); i++) {
      for (const name of Object.keys(network.activationClips)) count(name, machine.codes(name, i));
      for (const { name, input } of pools)
        count(name, channelTotals(machine.codes(input, i), shape.get(name)![0]!));
    }
  }
  return counts;
}

function evaluatorOf(
  network: DeployedNetwork,
  images: Uint8Array,
  variant: EngineVariant,
  options: Omit<MachineOptions, "variant">,
): Evaluator {
  const program = compile(network);
  const codes = codesOf(network);
  if (variant === "reference") return new ReferenceMachine(program, codes, images);
  return new Machine(program, codes, images, { variant, ...options });
}

/** -ln of the softmax at the true class. */
function crossEntropy(logits: Float64Array, label: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return Math.log(sum) + most - logits[label]!;
}

function requireLabels({ model }: DeployedNetwork, labels: Uint8Array, count: number): void {
  if (labels.length !== count)
    throw new UserError(`labels must be ${count}, one per image, got ${labels.length}`);
  requireLabelsOf(model, { labels });
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
