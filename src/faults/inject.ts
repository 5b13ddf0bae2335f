import { textOf, UserError } from "../base/errors.js";
import { requireOptions } from "../base/options.js";
import { type Encoding, encodingTables } from "../quantization/encodings.js";
import { bitCount } from "./bit-count.js";
import type { LayerMap } from "./map.js";
import { type FaultModel, requireRelativeRate } from "./models.js";
import { exposedBits, sitesId } from "./sites.js";

/** What {@link injectFaults} is told. */
export interface InjectionOptions {
  /** Probability that a stored bit is faulty: a fraction from 0 to the map's ceiling. */
  rate: number;
  /** What a faulty bit does: one of `faultModel`, or any object of that shape. */
  model: FaultModel;
  /** Bits per stored weight, as in the map. */
  bits: number;
  /** How codes are written into memory. */
  encoding: Encoding;
}

const KEYS = { rate: true, model: true, bits: true, encoding: true } as const;

/** The codes as read back, and the layer's counts of bits. */
export interface InjectedLayer {
  /** A new array; the one given is left alone. */
  codes: Uint8Array;
  /** Bits with u < rate; for a model with relative rates, u < rate times that of the value stored. */
  faulty: number;
  /** Stored bits of the layer that can be faulty: all of them, but for chosen bit positions. */
  exposed: number;
  /** Bits that read differently from what was written: all the faulty ones for flips. */
  changed: number;
}

/** A weight with at least one faulty bit. */
export interface FaultyWeight {
  /** Which weight of the layer. */
  readonly weight: number;
  /** The faulty bits. */
  readonly mask: number;
  /** What was written into memory, and what is read from it. */
  readonly written: number;
  readonly stored: number;
  /** The code that is read: what `stored` stands for. */
  readonly code: number;
}

/**
 * The codes of one layer as read from a faulty memory: encode, apply the model to the faulty bits, decode.
 *
 * @param codes one code per weight, each from 0 to 2^bits - 1, in the order of the map
 * @param layer the layer's part of a fault map
 * @throws UserError for a rate above the map's ceiling, a map of another size, bit width or sites, a code out of range
 */
export function injectFaults(codes: Uint8Array, layer: LayerMap, options: InjectionOptions): InjectedLayer {
  requireOptions("injectFaults", options, KEYS);
  // Not slice, which on a Buffer makes a view of the same memory.
  const read = new Uint8Array(codes);
  let faulty = 0;
  let changed = 0;
  forEachFaultyWeight(codes, layer, options, ({ weight, mask, written, stored, code }) => {
    read[weight] = code;
    faulty += bitCount(mask);
    changed += bitCount(written ^ stored);
  });
  return { codes: read, faulty, exposed: codes.length * exposedBits(layer.sites, options.bits), changed };
}

/** Visits the weights of a layer that have faulty bits, in their order; arguments and errors as of {@link injectFaults}. */
export function forEachFaultyWeight(
  codes: Uint8Array,
  layer: LayerMap,
  options: InjectionOptions,
  visit: (weight: FaultyWeight) => void,
): void {
  const { rate, model, bits, encoding } = requireOptions("forEachFaultyWeight", options, KEYS);
  const tables = encodingTables(bits, encoding);
  requireFit(codes, layer, { rate, model, bits });
  const { zero, one } = requireRelativeRate(model.relativeRate);
  const [zeroRate, oneRate] = [zero * rate, one * rate];
  const { positions, u } = layer;
  // Positions ascend, so the faulty bits of one weight follow each other and are applied together.
  for (let j = 0; j < positions.length; ) {
    const weight = Math.floor(positions[j]! / bits);
    const written = tables.encode[codes[weight]!];
    if (written === undefined) {
      throw new UserError(
        `codes[${weight}] must be an integer from 0 to ${2 ** bits - 1}, got ${codes[weight]}`,
      );
    }
    let mask = 0;
    for (; j < positions.length; j++) {
      const bit = positions[j]! - weight * bits;
      if (bit >= bits) break;
      if (u[j]! < ((written >> bit) & 1 ? oneRate : zeroRate)) mask |= 1 << bit;
    }
    if (mask === 0) continue;
    const stored = model.apply(written, mask);
    const code = tables.decode[stored] ?? refuseStored(model, bits, stored);
    visit({ weight, mask, written, stored, code });
  }
}

/** Throws that a model made of stored bits what weights of so many bits do not hold. */
export function refuseStored(model: FaultModel, bits: number, stored: number): never {
  throw new UserError(
    `fault model ${model.id} must return an integer from 0 to ${2 ** bits - 1}, got ${textOf(stored)}`,
  );
}

function requireFit(
  codes: Uint8Array,
  layer: LayerMap,
  { rate, model, bits }: Pick<InjectionOptions, "rate" | "model" | "bits">,
): void {
  if (requireRate(rate) > layer.ceiling) {
    throw new UserError(
      `rate ${rate} is above the fault map's ceiling ${layer.ceiling}; draw the map with a ceiling of at least ${rate}`,
    );
  }
  if (bits !== layer.bits) {
    throw new UserError(`bits must be ${layer.bits} as in the fault map of layer ${layer.name}, got ${bits}`);
  }
  if (codes.length !== layer.weights) {
    throw new UserError(
      `codes of layer ${layer.name} must have ${layer.weights} entries as its fault map has, got ${codes.length}`,
    );
  }
  const [wanted, drawn] = [sitesId(model.sites), sitesId(layer.sites)];
  if (wanted !== drawn) {
    throw new UserError(
      `fault model ${model.id} needs a map with sites ${wanted || "undefined"}, got ${drawn || "undefined"}; draw the map with the model's sites`,
    );
  }
}

/** Returns `rate` if it is a probability; else throws. */
export function requireRate(rate: number): number {
  if (!(rate >= 0 && rate <= 1)) throw new UserError(`rate must be in [0, 1], got ${textOf(rate)}`);
  return rate;
}
