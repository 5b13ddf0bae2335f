import { type Model, type WeightLayer, weightLayers } from "./model.js";

/** Bits of codes: 1 to 8. */
export interface Bits {
  /** Of weights, but for the first and last layer where `ends` says otherwise. */
  readonly weights: number;
  readonly activations: number;
  /** Of the weights of the first and the last layer; absent: as all others. */
  readonly ends?: number;
}

/** The layers that hold weights, in model order, each with the bits of its weights. */
export function quantizedLayers(
  model: Model,
  { weights, ends = weights }: Pick<Bits, "weights" | "ends">,
): readonly (WeightLayer & { readonly bits: number })[] {
  return weightLayers(model).map((layer, i, all) => ({
    ...layer,
    bits: i === 0 || i === all.length - 1 ? ends : weights,
  }));
}

/** Bits in the usual notation, such as `"W4A4"` or `"W4A4 (first and last layer W8)"`. */
export function bitsLabel({ weights, activations, ends = weights }: Bits): string {
  return `W${weights}A${activations}${ends === weights ? "" : ` (first and last layer W${ends})`}`;
}
