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
  return requireWidths(bits, ["weights", "activations"]);
}

/** Checks bits of which these have to be there. */
function requireWidths<T extends Partial<Bits>>(bits: T, needed: readonly (keyof Bits)[]): T {
  for (const [key, width] of Object.entries(requireOptions<Partial<Bits>>("bits", bits, BITS)))
    if (!(Number.isInteger(width) && width >= 1 && width <= 8))
      throw new UserError(`bits.${key} must be a whole number from 1 to 8, got ${shown(width)}`);
  for (const key of needed)
    if (!Object.hasOwn(bits, key))
      throw new UserError(`bits.${key} must be a whole number from 1 to 8, got nothing`);
  return bits;
}

/** The layers that hold weights, in model order, each with the bits of its weights. */
export function quantizedLayers(
  model: Model,
  bits: Pick<Bits, "weights" | "ends">,
): readonly (WeightLayer & { readonly bits: number })[] {
  const { weights, ends = weights } = requireWidths(bits, ["weights"]);
  return weightLayers(model).map((layer, i, all) => ({
    ...layer,
    bits: i === 0 || i === all.length - 1 ? ends : weights,
  }));
}

/** Bits in the usual notation, such as `"W4A4"` or `"W4A4 (first and last layer W8)"`. */
export function bitsLabel(bits: Bits): string {
  const { weights, activations, ends = weights } = requireBitsOf(bits);
  return `W${weights}A${activations}${ends === weights ? "" : ` (first and last layer W${ends})`}`;
}
