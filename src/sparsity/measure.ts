import { type Model, shapes, weightLayers } from "../networks/model.js";

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
 * Counts zero codes.
 * @param zeros by activation node: how many images had the code 0 at each unit, row-major [height, width, channels]
 * @param images number of images counted
 */
export function measureSparsity(
  model: Model,
  zeros: Readonly<Record<string, Float64Array>>,
  images: number,
): MeasuredSparsity {
  if (!(images > 0)) throw new RangeError(`images must be > 0, got ${images}`);
  const byLayer: Record<string, number> = {};
  let zeroCount = 0;
  let units = 0;
  let skipped = 0;
  let macs = 0;
  for (const layer of weightLayers(model)) {
    if (layer.reads === "input") continue;
    const counts = zeros[layer.reads];
    if (!counts) throw new RangeError(`no zero counts of ${layer.reads}, which ${layer.name} reads`);
    const uses = usesOfUnits(model, layer.name);
    if (uses.length !== counts.length)
      throw new RangeError(`${layer.reads} has ${uses.length} units, got ${counts.length} zero counts`);
    for (let i = 0; i < uses.length; i++) {
      skipped += uses[i]! * counts[i]!;
      macs += uses[i]! * images;
    }
    if (layer.reads in byLayer) continue; // read by two layers: its units count once, its products twice
    const layerZeros = counts.reduce((a, b) => a + b, 0);
    byLayer[layer.reads] = layerZeros / (counts.length * images);
    zeroCount += layerZeros;
    units += counts.length;
  }
  return { total: zeroCount / (units * images), byLayer, skippedMacs: skipped / macs };
}

/** In how many multiply-accumulates of a weight layer each unit of its input takes part; padding is no unit. */
function usesOfUnits(model: Model, name: string): Float64Array {
  const node = model.nodes.find((n) => n.name === name);
  const shape = shapes(model);
  const from = shape.get(node!.input)!;
  if (node?.op === "linear") return new Float64Array(from[0]!).fill(node.units);
  if (node?.op !== "conv") throw new RangeError(`${name} is no weight layer of model ${model.name}`);
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
