import { UserError } from "../base/errors.js";
import { requireOptions, shown } from "../base/options.js";
import { type Model, type WeightLayer, weightLayers } from "./model.js";

/** Bits of codes: 1 to 8. */
export interface Bits {
  /** Of weights, but for the first and last layer where `ends` says otherwise. */
  readonly weights: number;
  readonly activations: number;
  /** Of the weights of the first and the last layer; absent: as all others. */
  readonly ends?: number;
}

const BITS = { weights: true, activations: true, ends: true } as const;

/** Checks bits that a user gave. @throws UserError */
export function requireBitsOf(bits: Bits): Bits {
  for (const [key, width] of Object.entries(requireOptions("bits", bits, BITS)))
    if (!(Number.isInteger(width) && width >= 1 && width <= 8))
      throw new UserError(`bits.${key} must be a whole number from 1 to 8, got ${shown(width)}`);
  for (const key of ["weights", "activations"] as const)
    if (!Object.hasOwn(bits, key))
      throw new UserError(`bits.${key} must be a whole number from 1 to 8, got nothing`);
  return bits;
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
