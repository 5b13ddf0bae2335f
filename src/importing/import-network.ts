import { readFileSync } from "node:fs";
import type { Array32, Arrays } from "../base/arrays.js";
import { dictionary } from "../base/dictionary.js";
import { UserError } from "../base/errors.js";
import { decodeSafetensors, type SafeTensor } from "../base/files/safetensors.js";
import { type OptionKeys, requireOneOf, requireOptions, shown } from "../base/options.js";
import { type Checkpoint, networkHash } from "../networks/checkpoints/checkpoint.js";
import { type Model, paddingOf, shapes, weightLayers } from "../networks/model.js";
import { requireModel } from "../networks/schema.js";
import { findLayout, LAYOUT_NORMS, type Layout, vectorOrder, weightShape, weightsFrom } from "./layouts.js";
import { foldNormalization, type Normalization } from "./normalization.js";

export interface ImportOptions {
  /** How the file lays its arrays out. Default: what the shapes of the weights say. */
  readonly layout?: Layout;
  /** What the file calls a node, where it is not what the model calls it: `{ conv1: "features.0" }`. */
  readonly names?: Readonly<Record<string, string>>;
  /** Names of tensors in the file that the model has no use for. Default: none; any such tensor is an error. */
  readonly ignore?: readonly string[];
  /** How the network's inputs were normalised after the division by 255. Default: not at all. */
  readonly normalization?: Normalization;
}

const OPTIONS: OptionKeys<ImportOptions> = { layout: true, names: true, ignore: true, normalization: true };

/**
 * Reads the weights of a float network from a safetensors file, such as PyTorch's `save_file(net.state_dict(), path)`
 * (docs/formats.md).
 * @param model the network as data; its names are those of the file, or `names` says which are
 * @returns a float checkpoint, arm `"float"`
 * @throws UserError for a file that does not hold exactly this network, naming the tensor
 */
export function importSafetensors(path: string, model: Model, options: ImportOptions = {}): Checkpoint {
  requireOptions("importSafetensors", options, OPTIONS);
  if (typeof path !== "string")
    throw new UserError(`path must be that of a safetensors file, got ${shown(path)}`);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`${path} cannot be read (${(error as Error).message})`);
  }
  try {
    return importNetwork(model, decodeSafetensors(bytes).tensors, options);
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${path}: ${error.message}`);
    throw error;
  }
}

/**
 * Makes a float checkpoint of tensors by name: `<node>.weight` and `<node>.bias` (absent: zeros) of weight layers; of batch
 * norm `gamma`, `beta`, `mean`, `variance`, or `weight`, `bias`, `running_mean`, `running_var` in PyTorch's layout. No file
 * says its epsilon: the node does, 1e-5 where it does not (PyTorch's default; Keras's is 1e-3). F64 is rounded to F32.
 * @throws UserError for a model that is none, options that do not exist, and tensors that are not exactly the network's
 */
export function importNetwork(
  model: Model,
  tensors: Readonly<Record<string, SafeTensor>>,
  options: ImportOptions = {},
): Checkpoint {
  requireModel(model);
  const {
    layout: told,
    names = {},
    ignore = [],
    normalization,
  } = requireOptions("importNetwork", options, OPTIONS);
  requireNames(model, names);
  if (!(Array.isArray(ignore) && ignore.every((name) => typeof name === "string")))
    throw new UserError(`ignore must be a list of names of tensors, got ${shown(ignore)}`);
  if (typeof tensors !== "object" || tensors === null)
    throw new UserError(
      `tensors must be by name, each with dtype, shape and data, as decodeSafetensors gives, got ${shown(tensors)}`,
    );
  const file = new TensorFile(tensors, names);
  const layers = weightLayers(model);
  const found = layers.map(({ name }) => [name, file.shape(name, "weight")] as const);
  const layout =
    told === undefined
      ? findLayout(layers, Object.fromEntries(found))
      : requireOneOf("layout", told, LAYOUT_NORMS);
  if (layout === "pytorch") requireSymmetricPadding(model);

  const parameters = dictionary<Array32>();
  for (const layer of layers) {
    const { name, shape, outputs } = layer;
    const weights = file.take(name, "weight", weightShape(layer, layout));
    parameters[`${name}.weight`] = { shape, data: weightsFrom(layout, model, layer, weights) };
    const bias = file.has(name, "bias") ? file.take(name, "bias", [outputs]) : new Float32Array(outputs);
    parameters[`${name}.bias`] = { shape: [outputs], data: bias };
  }
  for (const { op, name, input } of model.nodes) {
    if (op !== "batchNorm") continue;
    const channels = shapes(model).get(name)!.at(-1)!;
    const order = vectorOrder(model, input, layout);
    for (const [part, called] of Object.entries(LAYOUT_NORMS[layout])) {
      const data = file.take(name, called, [channels]);
      const ours = order ? Float32Array.from(order, (from) => data[from]!) : data;
      parameters[`${name}.${part}`] = { shape: [channels], data: ours };
    }
    if (layout === "pytorch") file.skip(name, "num_batches_tracked");
  }
  file.requireNothingLeft(ignore);
  return checkpointOf(
    model,
    normalization ? foldNormalization(model, parameters, normalization) : parameters,
  );
}

/** The tensors of a file, of which those that were taken are known. */
class TensorFile {
  readonly #tensors: Readonly<Record<string, SafeTensor>>;
  readonly #names: Readonly<Record<string, string>>;
  readonly #taken = new Set<string>();

  constructor(tensors: Readonly<Record<string, SafeTensor>>, names: Readonly<Record<string, string>>) {
    this.#tensors = tensors;
    this.#names = names;
  }

  has(node: string, part: string): boolean {
    return Object.hasOwn(this.#tensors, this.#name(node, part));
  }

  shape(node: string, part: string): readonly number[] {
    return this.#find(node, part).shape;
  }

  take(node: string, part: string, shape: readonly number[]): Float32Array {
    const name = this.#name(node, part);
    const tensor = this.#find(node, part);
    if (tensor.shape.join() !== shape.join())
      throw new UserError(
        `tensor ${name} must have the shape [${shape.join(", ")}], got [${tensor.shape.join(", ")}]`,
      );
    this.skip(node, part);
    return singles(name, tensor);
  }

  /** Counts a tensor as used. */
  skip(node: string, part: string): void {
    this.#taken.add(this.#name(node, part));
  }

  requireNothingLeft(ignore: readonly string[]): void {
    const left = Object.keys(this.#tensors).filter(
      (name) => !this.#taken.has(name) && !ignore.includes(name),
    );
    if (left.length > 0)
      throw new UserError(
        `the model has no use for the tensors ${left.join(", ")}; describe the whole network, or name them in ignore if they are none of its weights`,
      );
  }

  #name(node: string, part: string): string {
    return `${this.#names[node] ?? node}.${part}`;
  }

  #find(node: string, part: string): SafeTensor {
    const name = this.#name(node, part);
    if (Object.hasOwn(this.#tensors, name)) {
      const tensor = this.#tensors[name]!;
      if (Array.isArray(tensor?.shape) && tensor.shape.every(Number.isInteger)) return tensor;
      throw new UserError(`tensor ${name} must have dtype, shape and data, got ${shown(tensor)}`);
    }
    throw new UserError(
      `there is no tensor ${name}, which node ${node} needs; there are ${Object.keys(this.#tensors).join(", ")}. ` +
        `If it has another name, say so: names: { ${JSON.stringify(node)}: "<name in the file>" }`,
    );
  }
}

/** The elements as finite single-precision numbers. */
function singles(name: string, { dtype, shape, data }: SafeTensor): Float32Array {
  if (!(data instanceof Float32Array || data instanceof Float64Array))
    throw new UserError(`tensor ${name} must be F32 or F64, got ${dtype}; save the float network`);
  const count = shape.reduce((a, b) => a * b, 1);
  if (data.length !== count)
    throw new UserError(`tensor ${name} must have ${count} elements for its shape, got ${data.length}`);
  const numbers = Float32Array.from(data);
  const bad = numbers.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0)
    throw new UserError(`tensor ${name} must hold finite F32 numbers, got ${data[bad]} at ${bad}`);
  return numbers;
}

function requireNames(model: Model, names: Readonly<Record<string, string>>): void {
  if (
    typeof names !== "object" ||
    names === null ||
    Object.values(names).some((name) => typeof name !== "string")
  )
    throw new UserError(
      `names must say what the file calls a node, { conv1: "features.0" }, got ${shown(names)}`,
    );
  const known = new Set(model.nodes.map(({ name }) => name));
  for (const name of Object.keys(names))
    if (!known.has(name))
      throw new UserError(`names must name nodes of the model, ${[...known].join(", ")}, got ${name}`);
}

/** PyTorch pads alike on both sides, which "same" does not where a stride leaves an odd number of rows or columns to pad. */
function requireSymmetricPadding(model: Model): void {
  const shape = shapes(model);
  for (const node of model.nodes) {
    if (node.op !== "conv" || node.stride === 1) continue;
    const padding = paddingOf(node, shape.get(node.input)!, shape.get(node.name)!);
    if (padding.some((added) => added % 2 === 1))
      throw new UserError(
        `node ${node.name} has padding "same" with stride ${node.stride}, which here pads one row or column less before ` +
          "the image than after it; no padding of PyTorch does so, and the weights would meet other pixels. " +
          'Use stride 1 and max pooling, or padding "valid", in the network that you train',
      );
  }
}

function checkpointOf(model: Model, parameters: Arrays): Checkpoint {
  const origin = {
    study: model.name,
    profile: "own",
    model: model.name,
    arm: "float",
    seed: 0,
    epoch: 0,
    bits: null,
    threshold: 0,
    settingsHash: "",
    backend: {},
    curve: [],
  };
  return { origin: { ...origin, settingsHash: networkHash({ origin, parameters }) }, parameters };
}
