import { textOf, UserError } from "../base/errors.js";
import { requireOptions, shown } from "../base/options.js";
import { stream } from "../base/random/index.js";
import { requireBits } from "../quantization/grid.js";
import { drawSites, requireSitesFit, type Sites, sitesKey } from "./sites.js";

/** One layer's stored weights: how many there are, and of how many bits. */
export interface LayerShape {
  readonly name: string;
  readonly weights: number;
  /** Bits per weight, 1 to 8. Default: those of the whole map. */
  readonly bits?: number;
}

/**
 * The bits of one layer that can be faulty. Entry j says that the bit at `positions[j]` is faulty at every rate above
 * `u[j]`. A position is weight index * bits + bit, bit 0 the least significant; positions ascend.
 */
export interface LayerMap {
  readonly name: string;
  readonly weights: number;
  /** Bits per weight of this layer. */
  readonly bits: number;
  /** Bits whose u is not below this are not recorded, so no rate above it can be asked of the map. */
  readonly ceiling: number;
  /** As in the whole map. */
  readonly sites?: Sites;
  readonly positions: Uint32Array;
  readonly u: Float64Array;
}

/** A persistent fault map: one draw of a memory's weak bits, for all rates up to `ceiling` at once. */
export interface FaultMap {
  /** The study or family of maps. */
  readonly key: string;
  /** Which map of the family: 0, 1, … */
  readonly index: number;
  /** Bits per weight of the layers that are not drawn with bits of their own. */
  readonly bits: number;
  readonly ceiling: number;
  /** Which bits are weak together; absent if each is by itself. */
  readonly sites?: Sites;
  /** In model order. */
  readonly layers: readonly LayerMap[];
}

/** What {@link drawFaultMap} is told. */
export interface FaultMapOptions {
  /** The study or family of maps. */
  key: string;
  /** Which map of the family: 0, 1, … */
  index: number;
  /** The layers that hold quantized weights, in model order, with different names. */
  layers: readonly LayerShape[];
  /** Bits per stored weight, 1 to 8, of the layers without `bits` of their own. */
  bits: number;
  /** The highest rate that the map will serve, above 0 and at most 1; default 0.1. */
  ceiling?: number;
  /** Which bits are weak together: `sites` of the fault model that the map is for. Default: each is by itself. */
  sites?: Sites | undefined;
}

const KEYS = { key: true, index: true, layers: true, bits: true, ceiling: true, sites: true } as const;

/**
 * Draws one uniform per stored bit and keeps those below the ceiling (docs/protocol.md section 3); with `sites`, one per
 * row, column or weight. Every layer has its own stream, `stream(key, "map", index, layer name)`, read in the order of
 * positions; so a layer's faults depend neither on the other layers nor on what the weights are. Chosen bit positions
 * are a part of that same map; rows, columns and weights have streams of their own, with `sitesId` after the name.
 *
 * @throws UserError for an index, layer, bit width, ceiling or sites out of range, or two layers of one name
 */
export function drawFaultMap(options: FaultMapOptions): FaultMap {
  const { key, index, layers, bits, ceiling = 0.1, sites } = requireOptions("drawFaultMap", options, KEYS);
  if (typeof key !== "string") throw new UserError(`key of a fault map must be a text, got ${shown(key)}`);
  requireMapHead({ index, layers, bits, ceiling, sites });
  const shared = { ceiling, ...(sites === undefined ? {} : { sites }) };
  return {
    key,
    index,
    bits,
    ...shared,
    layers: layers.map(({ name, weights, bits: width = bits }) => {
      const uniform = drawSites(sites, width, stream(key, "map", index, name, ...sitesKey(sites)));
      const positions: number[] = [];
      const kept: number[] = [];
      const stored = weights * width;
      for (let position = 0; position < stored; position++) {
        const u = uniform(position);
        if (u < ceiling) {
          positions.push(position);
          kept.push(u);
        }
      }
      return {
        name,
        weights,
        bits: width,
        ...shared,
        positions: Uint32Array.from(positions),
        u: Float64Array.from(kept),
      };
    }),
  };
}

/** Throws unless these can be the index, layers, bit width, ceiling and sites of a fault map. */
export function requireMapHead(
  head: Pick<FaultMapOptions, "index" | "layers" | "bits" | "sites"> & { ceiling: number },
): void {
  const { index, layers, bits, ceiling, sites } = head;
  if (!(Number.isSafeInteger(index) && index >= 0)) {
    throw new UserError(`index of a fault map must be an integer from 0, got ${textOf(index)}`);
  }
  requireBits(bits);
  if (!(ceiling > 0 && ceiling <= 1)) {
    throw new UserError(`ceiling must be above 0 and at most 1, got ${textOf(ceiling)}`);
  }
  requireSitesFit(sites, bits, ceiling);
  if (!Array.isArray(layers))
    throw new UserError(`layers must be a list of { name, weights }, got ${shown(layers)}`);
  const names = new Set<string>();
  for (const layer of layers as readonly LayerShape[]) {
    const { name, weights, bits: width = bits } = (layer ?? {}) as LayerShape; // a list may hold anything
    if (typeof name !== "string")
      throw new UserError(`name of a layer of a fault map must be a text, got ${shown(name)}`);
    requireSitesFit(sites, requireBits(width), ceiling);
    // Positions are stored as 32-bit numbers.
    if (!(Number.isInteger(weights) && weights >= 0 && weights * width <= 2 ** 32)) {
      throw new UserError(
        `weights of layer ${name} must be an integer from 0 with at most 2^32 stored bits, got ${textOf(weights)}`,
      );
    }
    if (names.has(name)) throw new UserError(`layers must have different names, got ${name} twice`);
    names.add(name);
  }
}
