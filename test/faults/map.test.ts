import seedrandom from "seedrandom";
import { describe, expect, it } from "vitest";
import { drawFaultMap, type FaultMap, flip, injectFaults } from "../../src/faults/index.js";
import { ENCODINGS } from "../../src/quantization/index.js";

const LAYERS = [
  { name: "conv1", weights: 150 },
  { name: "conv2", weights: 2400 },
  { name: "fc1", weights: 5000 },
];
const draw = (options: Partial<Parameters<typeof drawFaultMap>[0]> = {}) =>
  drawFaultMap({ key: "test", index: 0, layers: LAYERS, bits: 4, ...options });
const layer = (map: FaultMap, name: string) => map.layers.find((entry) => entry.name === name)!;

describe("drawFaultMap", () => {
  it("gives the golden map", () => {
    const map = drawFaultMap({
      key: "golden",
      index: 0,
      layers: [
        { name: "a", weights: 10 },
        { name: "b", weights: 10 },
      ],
      bits: 4,
    });
    expect(map.layers.map(({ positions, u }) => [[...positions], [...u]])).toEqual([
      [
        [6, 14, 16],
        [0.020496773016934082, 0.05629087044341957, 0.091611624296478],
      ],
      [
        [7, 15, 20, 21],
        [0.0036869772119584717, 0.022087232034622102, 0.01606352282505991, 0.03500190629494761],
      ],
    ]);
  });

  it("draws one uniform per bit in the order of positions, from the layer's own stream", () => {
    const map = draw({ index: 3, ceiling: 0.2 });
    for (const { name, weights, positions, u } of map.layers) {
      const generator = seedrandom(JSON.stringify(["test", "map", 3, name]));
      const all = Array.from({ length: weights * 4 }, () => generator());
      const kept = [...all.keys()].filter((position) => all[position]! < 0.2);
      expect([...positions]).toEqual(kept);
      expect([...u]).toEqual(kept.map((position) => all[position]));
    }
  });

  it("says for each layer the bit width and ceiling, 0.1 if none is given", () => {
    for (const entry of draw().layers) expect(entry).toMatchObject({ bits: 4, ceiling: 0.1 });
  });

  it("of layers with bits of their own is, layer by layer, the map of that width", () => {
    const widths = [8, undefined, 2];
    const layers = LAYERS.map((entry, i) => ({ ...entry, ...(widths[i] && { bits: widths[i] }) }));
    for (const sites of [undefined, { kind: "bits", positions: [1] }, { kind: "weights" }] as const) {
      const mixed = draw({ layers, sites });
      expect(mixed.bits).toBe(4);
      expect(mixed.layers).toEqual(widths.map((bits = 4, i) => draw({ bits, sites }).layers[i]));
    }
  });

  it("of layers with bits of their own exposes all of these, and numbers them through", () => {
    const { layers } = draw({ layers: [{ name: "end", weights: 3, bits: 8 }, LAYERS[0]!], ceiling: 1 });
    expect([...layers[0]!.positions]).toEqual([...Array(24).keys()]);
    const options = { rate: 1, model: flip, encoding: "offset-binary" } as const;
    const codes = Uint8Array.of(0, 100, 255);
    expect(injectFaults(codes, layers[0]!, { ...options, bits: 8 })).toEqual({
      codes: Uint8Array.of(255, 155, 0),
      faulty: 24,
      exposed: 24,
      changed: 24,
    });
    expect(() => injectFaults(codes, layers[0]!, { ...options, bits: 4 })).toThrow(
      "bits must be 8 as in the fault map of layer end, got 4",
    );
  });

  it("refuses bits of a layer that are none, or that its sites do not fit", () => {
    const layers = (bits: number) => [{ name: "end", weights: 3, bits }, LAYERS[0]!];
    expect(() => draw({ layers: layers(9) })).toThrow("bits must be an integer from 1 to 8, got 9");
    const weights = { kind: "weights" } as const;
    expect(() => draw({ layers: layers(8), sites: weights, ceiling: 0.2 })).toThrow(
      "at most 1/8 of the bits",
    );
    expect(() => draw({ layers: layers(2), sites: { kind: "bits", positions: [3] } })).toThrow(
      "bit positions must be below 2",
    );
  });

  it("is persistent: a lower ceiling keeps exactly those entries of a higher one that lie below it", () => {
    const high = draw({ ceiling: 0.3 });
    for (const low of draw({ ceiling: 0.05 }).layers) {
      const { positions, u } = layer(high, low.name);
      const below = [...u.keys()].filter((j) => u[j]! < 0.05);
      expect([...low.positions]).toEqual(below.map((j) => positions[j]));
      expect([...low.u]).toEqual(below.map((j) => u[j]));
    }
  });

  it("gives a layer the same faults whatever other layers there are and in whatever order", () => {
    const map = draw();
    const reversed = draw({ layers: [...LAYERS].reverse() });
    const alone = draw({ layers: [LAYERS[1]!] });
    for (const entry of map.layers) expect(layer(reversed, entry.name)).toEqual(entry);
    expect(layer(alone, "conv2")).toEqual(layer(map, "conv2"));
  });

  it("gives other faults to another index, key or layer name", () => {
    const same = (a: FaultMap, b: FaultMap) =>
      String(a.layers[2]!.positions) === String(b.layers[2]!.positions);
    expect(same(draw(), draw())).toBe(true);
    expect(same(draw(), draw({ index: 1 }))).toBe(false);
    expect(same(draw(), draw({ key: "other" }))).toBe(false);
    const renamed = draw({ layers: [{ name: "fc2", weights: 5000 }] });
    expect(renamed.layers[0]!.positions).not.toEqual(layer(draw(), "fc1").positions);
  });

  it("keeps a binomial number of bits, spread evenly over the bits of a weight", () => {
    const { positions } = drawFaultMap({
      key: "test",
      index: 0,
      layers: [{ name: "wide", weights: 100_000 }],
      bits: 4,
    }).layers[0]!;
    expect(Math.abs(positions.length - 40_000)).toBeLessThan(4 * Math.sqrt(400_000 * 0.1 * 0.9));
    const byBit = [0, 0, 0, 0];
    for (const position of positions) byBit[position % 4]!++;
    for (const count of byBit)
      expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(100_000 * 0.1 * 0.9));
  });

  it("records every bit below ceiling 1, and none of a layer without weights", () => {
    const map = draw({ ceiling: 1, layers: [LAYERS[0]!, { name: "empty", weights: 0 }] });
    expect([...map.layers[0]!.positions]).toEqual(Array.from({ length: 600 }, (_, i) => i));
    expect(map.layers[1]!.positions.length).toBe(0);
  });

  it("refuses what no map can have", () => {
    expect(() => draw({ ceiling: 0 })).toThrow("ceiling must be above 0 and at most 1, got 0");
    expect(() => draw({ ceiling: 1.1 })).toThrow("ceiling must be above 0 and at most 1, got 1.1");
    expect(() => draw({ ceiling: Number.NaN })).toThrow("got NaN");
    expect(() => draw({ index: -1 })).toThrow("index of a fault map must be an integer from 0, got -1");
    expect(() => draw({ bits: 9 })).toThrow("bits must be an integer from 1 to 8, got 9");
    expect(() => draw({ layers: [LAYERS[0]!, LAYERS[0]!] })).toThrow("different names, got conv1 twice");
    expect(() => draw({ layers: [{ name: "a", weights: 1.5 }] })).toThrow(
      "weights of layer a must be an integer",
    );
    expect(() => draw({ layers: [{ name: "a", weights: 2 ** 31 }] })).toThrow("at most 2^32 stored bits");
  });
});

describe("persistence through injection", () => {
  it("makes the bits changed at a lower rate a subset of those changed at a higher one, in every encoding", () => {
    const map = draw().layers[1]!;
    const codes = Uint8Array.from({ length: 2400 }, (_, i) => i % 16);
    for (const encoding of ENCODINGS) {
      let lower = new Set<number>();
      for (const rate of [0, 0.001, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.1]) {
        const read = injectFaults(codes, map, { rate, model: flip, bits: 4, encoding }).codes;
        const hit = new Set([...read.keys()].filter((i) => read[i] !== codes[i]));
        expect([...lower].every((i) => hit.has(i))).toBe(true);
        lower = hit;
      }
      expect(lower.size).toBeGreaterThan(0);
    }
  });
});
