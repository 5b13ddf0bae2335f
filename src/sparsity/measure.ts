import { dictionary } from "../base/dictionary.js";
import { type Model, shapes, type WeightNode, weightLayers } from "../networks/model.js";

/** Sparsity of one network over a set of images. */
export interface MeasuredSparsity {
  /** Share of zero codes among the activations that weight layers read, input pixels apart: in all, by count. */
  readonly total: number;
  /** The same by activation node. */
  readonly byLayer: Readonly<Record<string, number>>;
  /** Share of multiply-accumulates whose activation operand is zero, the layer that reads pixels apart. */
  readonly skippedMacs: number;
}

/**
 * Counts zeros.
 * @param zeros how many images had a zero at each unit, by activation node, row-major [height, width, channels], and by global
 *   average pool, [channels], as `countZeros` gives
 * @param images number of images counted
 */
export function measureSparsity(
  model: Model,
  zeros: Readonly<Record<string, Float64Array>>,
  images: number,
): MeasuredSparsity {
  if (!(images > 0)) throw new RangeError(`images must be > 0, got ${images}`);
  const shape = shapes(model);
  const countsOf = (name: string, layer: string) => {
    const counts = zeros[name];
    if (!counts) throw new RangeError(`no zero counts of ${name}, which ${layer} reads`);
    const units = shape.get(name)!.reduce((a, b) => a * b, 1);
    if (units !== counts.length)
      throw new RangeError(`${name} has ${units} units, got ${counts.length} zero counts`);
    return counts;
  };
  const byLayer = dictionary<number>();
  let zeroCount = 0;
  let units = 0;
  let skipped = 0;
  let macs = 0;
  for (const layer of weightLayers(model)) {
    if (layer.reads === "input") continue;
    const operands = countsOf(operandsOf(model, layer.name), layer.name);
    const uses = usesOfUnits(model, layer.name);
    for (let i = 0; i < uses.length; i++) {
      skipped += uses[i]! * operands[i]!;
      macs += uses[i]! * images;
    }
    if (layer.reads in byLayer) continue; // read by two layers: its units count once, its products twice
    const counts = countsOf(layer.reads, layer.name);
    const layerZeros = counts.reduce((a, b) => a + b, 0);
    byLayer[layer.reads] = layerZeros / (counts.length * images);
    zeroCount += layerZeros;
    units += counts.length;
  }
  return { total: zeroCount / (units * images), byLayer, skippedMacs: skipped / macs };
}

/** The node whose values a weight layer multiplies: an activation, or the mean over one; flattening changes none. */
function operandsOf(model: Model, layer: string): string {
  const find = (name: string) => model.nodes.find((node) => node.name === name);
  let node = find(find(layer)!.input)!;
  while (node.op === "flatten") node = find(node.input)!;
  return node.name;
}

/** In how many multiply-accumulates of a weight layer each unit of its input takes part; padding is no unit. */
function usesOfUnits(model: Model, name: string): Float64Array {
  const node = model.nodes.find((n) => n.name === name) as WeightNode;
  const shape = shapes(model);
  const from = shape.get(node.input)!;
  if (node.op === "linear") return new Float64Array(from[0]!).fill(node.units);
  const [height, width, channels] = from as [number, number, number];
  const [outHeight, outWidth] = shape.get(name) as [number, number, number];
  const rows = windowsOver(height, outHeight, node.kernel[0], node.stride, node.padding);
  const columns = windowsOver(width, outWidth, node.kernel[1], node.stride, node.padding);
  const uses = new Float64Array(height * width * channels);
  for (let i = 0; i < uses.length; i++) {
    const column = Math.floor(i / channels) % width;
    const row = Math.floor(i / channels / width);
    uses[i] = rows[row]! * columns[column]! * node.filters;
  }
  return uses;
}

/** How many windows cover each position along one axis. */
function windowsOver(
  size: number,
  outputs: number,
  kernel: number,
  stride: number,
  padding: "same" | "valid",
): number[] {
  const padded = Math.max((outputs - 1) * stride + kernel - size, 0);
  const before = padding === "same" ? Math.floor(padded / 2) : 0;
  const counts = new Array<number>(size).fill(0);
  for (let out = 0; out < outputs; out++)
    for (let k = 0; k < kernel; k++) {
      const position = out * stride - before + k;
      if (position >= 0 && position < size) counts[position]! += 1;
    }
  return counts;
}
