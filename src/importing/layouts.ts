import { UserError } from "../base/errors.js";
import { type Model, type Op, shapes, type WeightLayer } from "../networks/model.js";
import type { NormPart } from "../networks/parameters.js";

/**
 * How a file lays its arrays out (docs/formats.md).
 * - `flatenn`: convolutions [height, width, inputs, outputs], linear layers [inputs, outputs], flattening
 *   [height, width, channels]; Keras has the same
 * - `pytorch`: convolutions [outputs, inputs, height, width], linear layers [outputs, inputs], flattening
 *   [channels, height, width]
 */
export type Layout = "flatenn" | "pytorch";

/** What a batch norm's arrays are called, by our names, in each layout. */
export const LAYOUT_NORMS: Readonly<Record<Layout, Readonly<Record<NormPart, string>>>> = {
  flatenn: { gamma: "gamma", beta: "beta", mean: "mean", variance: "variance" },
  pytorch: { gamma: "weight", beta: "bias", mean: "running_mean", variance: "running_var" },
};
const LAYOUTS = Object.keys(LAYOUT_NORMS) as readonly Layout[];

/** The shape of a layer's weights in a layout. */
export function weightShape({ shape }: WeightLayer, layout: Layout): readonly number[] {
  if (layout === "flatenn") return shape;
  const [a, b, inputs, outputs] = shape;
  return shape.length === 2 ? [b!, a!] : [outputs!, inputs!, a!, b!];
}

/**
 * The layout in which the weights of every layer fit the model.
 * @param found shape of each layer's weights in the file, by the model's name of the layer
 * @throws UserError if there is none, or if every layer fits both
 */
export function findLayout(
  layers: readonly WeightLayer[],
  found: Readonly<Record<string, readonly number[]>>,
): Layout {
  const fits = LAYOUTS.filter((layout) =>
    layers.every((layer) => found[layer.name]!.join() === weightShape(layer, layout).join()),
  );
  if (fits.length === 1) return fits[0]!;
  if (fits.length > 1)
    throw new UserError(
      "the layout cannot be told from the shapes: the weights of every layer fit both; " +
        'say layout: "pytorch" or layout: "flatenn" (which is Keras\' too)',
    );
  const lines = layers.map((layer) => {
    const [ours, theirs] = LAYOUTS.map((layout) => `[${weightShape(layer, layout).join(", ")}]`);
    return `  ${layer.name}.weight: must be ${ours}, or ${theirs} in PyTorch's layout, got [${found[layer.name]!.join(", ")}]`;
  });
  throw new UserError(`the weights fit the model in no layout:\n${lines.join("\n")}`);
}

/** The weights of a layer in our layout. @param data in `layout`, in the shape of {@link weightShape} */
export function weightsFrom(
  layout: Layout,
  model: Model,
  layer: WeightLayer,
  data: Float32Array,
): Float32Array {
  if (layout === "flatenn") return data;
  const { shape, outputs } = layer;
  const ours = new Float32Array(data.length);
  const [height, width, inputs] =
    shape.length === 2 ? [1, 1, shape[0]!] : (shape as [number, number, number]);
  // A 1 x 1 conv is a linear layer to this loop, and so is a linear layer to the loops over its place in the window.
  const order = shape.length === 2 ? vectorOrder(model, inputOf(model, layer.name), layout) : undefined;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let i = 0; i < inputs; i++)
        for (let o = 0; o < outputs; o++) {
          const from = ((o * inputs + (order?.[i] ?? i)) * height + y) * width + x;
          ours[((y * width + x) * inputs + i) * outputs + o] = data[from]!;
        }
  return ours;
}

/**
 * Where in the file the entries of a node's vector stand: entry i of ours is entry `order[i]` of theirs. Undefined where
 * both count alike, which they do wherever no [height, width, channels] was flattened.
 */
export function vectorOrder(model: Model, name: string, layout: Layout): Uint32Array | undefined {
  const from = layout === "pytorch" ? flattenedShape(model, name) : undefined;
  if (!from) return undefined;
  const [height, width, channels] = from;
  return Uint32Array.from({ length: height * width * channels }, (_, i) => {
    const [place, channel] = [Math.floor(i / channels), i % channels];
    return channel * height * width + place;
  });
}

/** How each kind of node hands on a vector that was flattened; a missing one does not compile. */
const FLATTENED: Readonly<Record<Op, "begins" | "keeps" | "ends">> = {
  flatten: "begins",
  activation: "keeps",
  batchNorm: "keeps",
  add: "keeps",
  conv: "ends",
  linear: "ends",
  maxPool: "ends",
  globalAveragePool: "ends",
};

/** The shape that was flattened into the vector of a node, if it is such a vector. */
function flattenedShape(model: Model, name: string): readonly [number, number, number] | undefined {
  const node = model.nodes.find((node) => node.name === name);
  if (!node || FLATTENED[node.op] === "ends") return undefined;
  const from = shapes(model).get(node.input)!;
  return FLATTENED[node.op] === "begins" && from.length === 3
    ? (from as [number, number, number])
    : flattenedShape(model, node.input);
}

function inputOf(model: Model, name: string): string {
  return model.nodes.find((node) => node.name === name)!.input;
}
