import type { Arrays } from "../../base/arrays.js";

/** The weights of all layers end to end, in float64. */
export type Vector = Float64Array;

/** Where the weights of one layer stand in a {@link Vector}. */
export interface Layer {
  readonly name: string;
  /** Of the layer's weights, row-major; its last dimension counts the outputs. */
  readonly shape: readonly number[];
  /** First index, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** The layers of arrays, in their order, and their values end to end. */
export function join(arrays: Arrays): { layers: readonly Layer[]; weights: Vector } {
  const layers: Layer[] = [];
  let from = 0;
  for (const [name, { shape, data }] of Object.entries(arrays)) {
    layers.push({ name, shape, from, to: from + data.length });
    from += data.length;
  }
  const weights = new Float64Array(from);
  Object.values(arrays).forEach(({ data }, i) => {
    weights.set(data, layers[i]!.from);
  });
  return { layers, weights };
}

/** One layer's part of a vector, in the same memory. */
export function part(vector: Vector, { from, to }: Layer): Vector {
  return vector.subarray(from, to);
}

/** A vector that agrees with the given one in some layers and is 0 in all others. */
export function only(vector: Vector, layers: readonly Layer[]): Vector {
  const kept = new Float64Array(vector.length);
  for (const { from, to } of layers) kept.set(vector.subarray(from, to), from);
  return kept;
}
