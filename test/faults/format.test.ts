import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/base/files/safetensors.js";
import { loadFaultMap, saveFaultMap } from "../../src/experiments/fault-files/maps.js";
import {
  decodeFaultMap,
  drawFaultMap,
  encodeFaultMap,
  flip,
  injectFaults,
  parseSites,
} from "../../src/faults/index.js";

const folder = mkdtempSync(join(tmpdir(), "flatenn-faults-"));
afterAll(() => rmSync(folder, { recursive: true }));

// Layers in an order that is neither alphabetical nor by size, one of them a number, one without a single weak bit.
const MAP = drawFaultMap({
  key: "test/é",
  index: 12,
  layers: [
    { name: "fc1", weights: 333 },
    { name: "7", weights: 20 },
    { name: "conv1", weights: 150 },
    { name: "none", weights: 0 },
  ],
  bits: 3,
  ceiling: 0.1,
});

/** The bytes of MAP after something was done to its parts. */
function altered(change: (parts: ReturnType<typeof decodeSafetensors>) => void): Uint8Array {
  const parts = decodeSafetensors(encodeFaultMap(MAP));
  change(parts);
  return encodeSafetensors(parts.tensors, parts.metadata);
}

describe("a fault map in bytes", () => {
  it("is the same map when read again, layers in the same order", () => {
    expect(decodeFaultMap(encodeFaultMap(MAP))).toEqual(MAP);
  });

  it("is the same bytes when drawn and written again", () => {
    const again = drawFaultMap({
      ...MAP,
      layers: MAP.layers.map(({ name, weights }) => ({ name, weights })),
    });
    expect(encodeFaultMap(again)).toEqual(encodeFaultMap(MAP));
    expect(encodeFaultMap(decodeFaultMap(encodeFaultMap(MAP)))).toEqual(encodeFaultMap(MAP));
  });

  it("names its sites, and is the same map when read again, for every kind of them", () => {
    const layers = [{ name: "fc1", weights: 333 }];
    for (const id of ["bits:0+2", "rows:16x8", "columns:16x8", "weights"]) {
      const map = drawFaultMap({ key: "test", index: 1, layers, bits: 3, sites: parseSites(id) });
      const bytes = encodeFaultMap(map);
      expect(decodeSafetensors(bytes).metadata["sites"]).toBe(id);
      expect(decodeFaultMap(bytes)).toEqual(map);
    }
  });

  it("names the bits of layers that have others than the map, and is the same map when read again", () => {
    const layers = [
      { name: "end", weights: 40, bits: 8 },
      { name: "fc1", weights: 333 },
    ];
    const map = drawFaultMap({ key: "test", index: 1, layers, bits: 3 });
    const bytes = encodeFaultMap(map);
    const { metadata } = decodeSafetensors(bytes);
    expect([metadata["bits"], metadata["layers"]]).toEqual([
      "3",
      '[{"name":"end","weights":40,"bits":8},{"name":"fc1","weights":333}]',
    ]);
    expect(decodeFaultMap(bytes)).toEqual(map);
    expect(map.layers[0]!.positions.at(-1)).toBeGreaterThan(3 * 40);
  });

  it("injects the same faults", () => {
    const codes = Uint8Array.from({ length: 333 }, (_, i) => i % 8);
    const options = { rate: 0.07, model: flip, bits: 3, encoding: "gray" } as const;
    const read = decodeFaultMap(encodeFaultMap(MAP));
    expect(injectFaults(codes, read.layers[0]!, options)).toEqual(
      injectFaults(codes, MAP.layers[0]!, options),
    );
  });

  it("is a safetensors file with positions as U32, u as F64 and all the rest as metadata", () => {
    const { tensors, metadata } = decodeSafetensors(encodeFaultMap(MAP));
    expect(tensors["conv1.positions"]).toMatchObject({ dtype: "U32", data: MAP.layers[2]!.positions });
    expect(tensors["conv1.u"]).toMatchObject({ dtype: "F64", data: MAP.layers[2]!.u });
    expect(metadata).toEqual({
      format: "flatenn-fault-map",
      version: "1",
      key: "test/é",
      index: "12",
      bits: "3",
      ceiling: "0.1",
      layers:
        '[{"name":"fc1","weights":333},{"name":"7","weights":20},{"name":"conv1","weights":150},{"name":"none","weights":0}]',
    });
  });

  it("is refused with the reason when it is something else or was altered", () => {
    const refused = (change: Parameters<typeof altered>[0], reason: string) => {
      expect(() => decodeFaultMap(altered(change))).toThrow(UserError);
      expect(() => decodeFaultMap(altered(change))).toThrow(reason);
    };
    refused(
      (p) => delete p.metadata["format"],
      "format and version must be flatenn-fault-map 1, got undefined 1",
    );
    refused((p) => Object.assign(p.metadata, { version: "2" }), "got flatenn-fault-map 2");
    refused((p) => delete p.metadata["key"], "lacks metadata key");
    refused((p) => Object.assign(p.metadata, { layers: "[1]" }), "layers of a fault map must be a JSON list");
    refused(
      (p) => Object.assign(p.metadata, { layers: '[{"name":"fc1","weights":333,"bits":"8"}]' }),
      "layers of a fault map must be a JSON list",
    );
    refused((p) => Object.assign(p.metadata, { layers: "[" }), "layers of a fault map must be a JSON list");
    refused(
      (p) => Object.assign(p.metadata, { ceiling: "2" }),
      "ceiling must be above 0 and at most 1, got 2",
    );
    refused(
      (p) => Object.assign(p.metadata, { bits: "four" }),
      "bits must be an integer from 1 to 8, got NaN",
    );
    refused((p) => Object.assign(p.metadata, { sites: "everywhere" }), "sites must be bits:<positions>");
    refused((p) => Object.assign(p.metadata, { sites: "bits:3" }), "bit positions must be below 3");
    refused(
      (p) => Object.assign(p.metadata, { sites: "bits:1" }),
      "fc1.positions must be those of bits:1, got",
    );
    refused((p) => delete p.tensors["conv1.u"], "lacks conv1.positions as U32 or conv1.u as F64");
    refused(
      (p) => Object.assign(p.tensors, { "fc1.positions": p.tensors["conv1.positions"] }),
      "equally long",
    );
    refused(
      (p) => (p.tensors["fc1.positions"]!.data as Uint32Array).reverse(),
      "must ascend and be below 999",
    );
    refused((p) => (p.tensors["fc1.positions"]!.data as Uint32Array).fill(999), "got 999 at entry 0");
    refused(
      (p) => (p.tensors["fc1.u"]!.data as Float64Array).fill(0.1),
      "fc1.u must be in [0, 0.1), got 0.1",
    );
    expect(() => decodeFaultMap(encodeFaultMap(MAP).subarray(0, -1))).toThrow("truncated");
    expect(() => decodeFaultMap(new Uint8Array(0))).toThrow("not a valid safetensors file");
  });
});

describe("a fault map in a file", () => {
  it("is the same map when loaded again, and leaves no other file behind", () => {
    const path = join(folder, "maps", "12.safetensors");
    saveFaultMap(path, MAP);
    saveFaultMap(path, MAP);
    expect(loadFaultMap(path)).toEqual(MAP);
    expect(readdirSync(join(folder, "maps"))).toEqual(["12.safetensors"]);
  });

  it("is named, with what to do, when it is missing or broken", () => {
    const path = join(folder, "broken.safetensors");
    expect(() => loadFaultMap(path)).toThrow(`fault map ${path} cannot be read: ENOENT`);
    saveFaultMap(path, MAP);
    writeFileSync(path, readFileSync(path).subarray(0, 500));
    expect(() => loadFaultMap(path)).toThrow(UserError);
    expect(() => loadFaultMap(path)).toThrow(
      /broken\.safetensors: .*truncated.*; delete it and draw the map again/,
    );
  });
});
