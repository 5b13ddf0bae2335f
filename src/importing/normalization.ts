import { type Array32, type Arrays, mapArrays } from "../base/arrays.js";
import { dictionary } from "../base/dictionary.js";
import { UserError } from "../base/errors.js";
import { requireOptions, shown } from "../base/options.js";
import { type Model, weightLayers } from "../networks/model.js";

/**
 * How a network's inputs were normalised, per channel: (pixel / 255 - mean) / sd, as `transforms.Normalize(mean, sd)` does
 * behind `transforms.ToTensor()` in PyTorch.
 */
export interface Normalization {
  readonly mean: readonly number[];
  readonly sd: readonly number[];
}

/**
 * Moves the normalisation of inputs into the layers that read them, so that the network reads pixels / 255, as every network
 * here does: weights w / sd, bias b - sum of w mean / sd.
 * @throws UserError where that is not exact: zero padding of normalised inputs is grey, not black
 */
export function foldNormalization(model: Model, parameters: Arrays, normalization: Normalization): Arrays {
  const { mean, sd } = requireOptions("normalization", normalization, { mean: true, sd: true });
  const channels = model.input[2];
  for (const [name, values] of Object.entries({ mean, sd }))
    if (!Array.isArray(values) || values.length !== channels || !values.every(Number.isFinite)) {
      const got = Array.isArray(values) ? `[${values.join(", ")}]` : shown(values);
      const write =
        typeof values === "number" ? `; write [${new Array(channels).fill(values).join(", ")}]` : "";
      throw new UserError(
        `normalization.${name} must be ${channels} number${channels === 1 ? "" : "s"}, one per channel, got ${got}${write}`,
      );
    }
  if (!sd.every((value) => value > 0))
    throw new UserError(`normalization.sd must be above 0, got [${sd.join(", ")}]`);
  const readers = new Map(readersOfInput(model, mean).map(({ name, outputs }) => [name, outputs]));
  const shifts = dictionary<Float64Array>();
  const scaled = mapArrays(parameters, (data, name) => {
    const layer = name.replace(/\.weight$/, "");
    const outputs = name.endsWith(".weight") ? readers.get(layer) : undefined;
    if (outputs === undefined) return data;
    const shift = new Float64Array(outputs);
    const weights = data.map((w, i) => {
      const channel = Math.floor(i / outputs) % channels;
      shift[i % outputs]! -= (w * mean[channel]!) / sd[channel]!;
      return w / sd[channel]!;
    });
    shifts[layer] = shift;
    return weights;
  });
  for (const [layer, shift] of Object.entries(shifts)) {
    const { shape, data } = scaled[`${layer}.bias`] as Array32;
    scaled[`${layer}.bias`] = { shape, data: data.map((b, o) => b + shift[o]!) };
  }
  return scaled;
}

/** The weight layers that read the image, directly or flattened. */
function readersOfInput(model: Model, mean: readonly number[]) {
  const images = new Set(["input"]);
  for (const node of model.nodes) {
    if (!images.has(node.input) && !(node.op === "add" && images.has(node.other))) continue;
    if (node.op === "flatten") images.add(node.name);
    else if (node.op === "conv" && node.padding === "same" && mean.some((value) => value !== 0))
      throw new UserError(
        `the normalisation of inputs cannot be moved into node ${node.name} exactly, since its zero padding stands for the ` +
          `mean pixel; train with mean 0, or without padding in the first layer`,
      );
    else if (node.op !== "conv" && node.op !== "linear")
      throw new UserError(
        `the normalisation of inputs cannot be moved into node ${node.name} (${node.op}), which reads the image`,
      );
  }
  return weightLayers(model).filter(({ name }) => {
    const node = model.nodes.find((node) => node.name === name)!;
    return images.has(node.input);
  });
}
