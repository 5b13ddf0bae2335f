/** Fault maps as safetensors bytes (docs/formats.md). */

import { UserError } from "../base/errors.js";
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from "../base/files/safetensors.js";
import { parseJson } from "../base/json.js";
import { type FaultMap, type LayerMap, type LayerShape, requireMapHead } from "./map.js";
import { exposedMask, parseSites, sitesId } from "./sites.js";

const FORMAT = "flatenn-fault-map";
const VERSION = "1";

/** The bytes of a fault map: the same map gives the same bytes. */
export function encodeFaultMap(map: FaultMap): Uint8Array {
  requireMapHead(map);
  const tensors: [string, SafeTensor][] = [];
  // All tensors of 8 bytes an element come before those of 4, so that every one of them is aligned in the file.
  for (const { name, u } of map.layers)
    tensors.push([`${name}.u`, { dtype: "F64", shape: [u.length], data: u }]);
  for (const { name, positions } of map.layers) {
    tensors.push([`${name}.positions`, { dtype: "U32", shape: [positions.length], data: positions }]);
  }
  return encodeSafetensors(Object.fromEntries(tensors), {
    format: FORMAT,
    version: VERSION,
    key: map.key,
    index: String(map.index),
    bits: String(map.bits),
    ceiling: String(map.ceiling),
    ...(map.sites === undefined ? {} : { sites: sitesId(map.sites) }),
    layers: JSON.stringify(
      map.layers.map(({ name, weights, bits }) => ({
        name,
        weights,
        ...(bits === map.bits ? {} : { bits }),
      })),
    ),
  });
}

/** Reads what {@link encodeFaultMap} wrote; a UserError says what is wrong with anything else. */
export function decodeFaultMap(bytes: Uint8Array): FaultMap {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata["format"] !== FORMAT || metadata["version"] !== VERSION) {
    throw new UserError(
      `not a fault map: format and version must be ${FORMAT} ${VERSION}, got ${metadata["format"]} ${metadata["version"]}`,
    );
  }
  const name = { key: text(metadata, "key"), index: Number(text(metadata, "index")) };
  const bits = Number(text(metadata, "bits"));
  const shared = {
    ceiling: Number(text(metadata, "ceiling")),
    ...(metadata["sites"] === undefined ? {} : { sites: parseSites(metadata["sites"]) }),
  };
  const shapes = layerShapes(text(metadata, "layers"));
  requireMapHead({ ...name, bits, ...shared, layers: shapes });
  return {
    ...name,
    bits,
    ...shared,
    layers: shapes.map(({ name, weights, bits: width = bits }) => {
      const positions = tensors[`${name}.positions`]?.data;
      const u = tensors[`${name}.u`]?.data;
      if (!(positions instanceof Uint32Array) || !(u instanceof Float64Array)) {
        throw new UserError(`fault map lacks ${name}.positions as U32 or ${name}.u as F64`);
      }
      const layer: LayerMap = { name, weights, bits: width, ...shared, positions, u };
      requireEntries(layer);
      return layer;
    }),
  };
}

function text(metadata: Record<string, string>, name: string): string {
  const value = metadata[name];
  if (value === undefined) throw new UserError(`fault map lacks metadata ${name}`);
  return value;
}

function layerShapes(json: string): LayerShape[] {
  let shapes: unknown;
  try {
    shapes = parseJson(json);
  } catch {
    shapes = undefined;
  }
  const valid =
    Array.isArray(shapes) &&
    shapes.every(
      (s) =>
        typeof s?.name === "string" &&
        typeof s.weights === "number" &&
        ["number", "undefined"].includes(typeof s.bits),
    );
  if (!valid)
    throw new UserError(
      `layers of a fault map must be a JSON list of {name, weights} or {name, weights, bits}, got ${json}`,
    );
  return shapes as LayerShape[];
}

/** Injection relies on ascending positions, rates on all u below the ceiling, counts of exposed bits on the sites. */
function requireEntries({ name, weights, bits, ceiling, sites, positions, u }: LayerMap): void {
  if (positions.length !== u.length) {
    throw new UserError(
      `${name}.positions and ${name}.u must be equally long, got ${positions.length} and ${u.length}`,
    );
  }
  const exposed = exposedMask(sites, bits);
  for (let j = 0; j < positions.length; j++) {
    if (positions[j]! >= weights * bits || (j > 0 && positions[j]! <= positions[j - 1]!)) {
      throw new UserError(
        `${name}.positions must ascend and be below ${weights * bits}, got ${positions[j]} at entry ${j}`,
      );
    }
    if (!((exposed >> (positions[j]! % bits)) & 1)) {
      throw new UserError(
        `${name}.positions must be those of ${sitesId(sites)}, got ${positions[j]} at entry ${j}`,
      );
    }
    if (!(u[j]! >= 0 && u[j]! < ceiling)) {
      throw new UserError(`${name}.u must be in [0, ${ceiling}), got ${u[j]} at entry ${j}`);
    }
  }
}
