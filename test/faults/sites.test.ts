import fc from "fast-check";
import seedrandom from "seedrandom";
import { describe, expect, it } from "vitest";
import {
  drawFaultMap,
  faultModel,
  faultyShare,
  injectFaults,
  type LayerMap,
  parseSites,
  type Sites,
} from "../../src/faults/index.js";

const ALL = ["", "bits:0", "bits:0+2", "rows:4x8", "rows:3x7", "columns:4x8", "columns:3x7", "weights"];
const sitesOf = (id: string): Sites | undefined => (id === "" ? undefined : parseSites(id));

interface Drawing {
  weights?: number;
  bits?: number;
  ceiling?: number;
  index?: number;
}

function draw(id: string, { weights = 50, bits = 4, ceiling = 0.25, index = 0 }: Drawing = {}): LayerMap {
  const layers = [{ name: "layer", weights }];
  return drawFaultMap({ key: "sites", index, layers, bits, ceiling, sites: sitesOf(id) }).layers[0]!;
}

/** u by position; what is not recorded has none. */
const entries = ({ positions, u }: LayerMap) => new Map([...positions].map((at, j) => [at, u[j]!]));
/** How many recorded positions fall into each group. */
function count({ positions }: LayerMap, group: (position: number) => number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const at of positions) counts.set(group(at), (counts.get(group(at)) ?? 0) + 1);
  return counts;
}

const uniforms = (...key: (string | number)[]) => seedrandom(JSON.stringify(key));

const drawings = fc
  .record({
    id: fc.constantFrom(...ALL),
    weights: fc.nat(60),
    bits: fc.integer({ min: 3, max: 8 }),
    index: fc.nat(1000),
  })
  .chain((drawing) => {
    const most = drawing.id === "weights" ? 1 / drawing.bits : 1;
    return fc.record({
      drawing: fc.constant(drawing),
      ceiling: fc.double({ min: 0.01, max: most, noNaN: true }),
      lower: fc.double({ min: 0, max: 1, noNaN: true }),
    });
  });

describe("a map of any sites", () => {
  it("is persistent: a lower ceiling keeps exactly those entries that lie below it", () => {
    fc.assert(
      fc.property(drawings, ({ drawing, ceiling, lower }) => {
        const low = Math.max(1e-3, lower * ceiling);
        const { id, ...rest } = drawing;
        const high = entries(draw(id, { ...rest, ceiling }));
        const kept = [...high].filter(([, u]) => u < low);
        expect([...entries(draw(id, { ...rest, ceiling: low }))]).toEqual(kept);
      }),
      { numRuns: 300 },
    );
  });

  it("is persistent: the bits changed at a lower rate are a subset of those at a higher one", () => {
    fc.assert(
      fc.property(drawings, ({ drawing, ceiling, lower }) => {
        const { id, weights, bits } = drawing;
        const map = draw(id, { ...drawing, ceiling });
        const codes = Uint8Array.from({ length: weights }, (_, i) => (37 * i) % 2 ** bits);
        const model = faultModel(`asymmetric:0.5:1${id === "" ? "" : `/${id}`}`);
        const flipped = (rate: number) =>
          injectFaults(codes, map, { rate, model, bits, encoding: "offset-binary" }).codes.map(
            (code, i) => code ^ codes[i]!,
          );
        const most = flipped(ceiling);
        expect(flipped(lower * ceiling).every((few, i) => (few & ~most[i]!) === 0)).toBe(true);
        expect(flipped(0).every((few) => few === 0)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("is empty for a layer without weights, and repeats itself for one with them", () => {
    for (const id of ALL) {
      expect(draw(id, { weights: 0 }).positions.length).toBe(0);
      expect(draw(id)).toEqual(draw(id));
      expect(draw(id, { index: 1 }).positions).not.toEqual(draw(id).positions);
    }
  });

  it("says which sites it has, or nothing if it is every bit by itself", () => {
    for (const id of ALL.slice(1)) expect(draw(id).sites).toEqual(sitesOf(id));
    expect(draw("")).not.toHaveProperty("sites");
  });

  it("has the rate as expected share of faulty bits, and the variance between maps of its formula", () => {
    const maps = 2000;
    const [weights, bits, rate] = [50, 4, 0.15];
    const codes = new Uint8Array(weights);
    for (const id of ALL) {
      const model = faultModel(`flip${id === "" ? "" : `/${id}`}`);
      const shares = Array.from({ length: maps }, (_, index) => {
        const options = { rate, model, bits, encoding: "gray" } as const;
        const { faulty, exposed } = injectFaults(codes, draw(id, { weights, bits, index }), options);
        return faulty / exposed;
      });
      const { mean, variance } = faultyShare({ weights, bits, rate, sites: sitesOf(id) });
      const average = (f: (share: number) => number) => shares.reduce((sum, x) => sum + f(x), 0) / maps;
      const fourth = average((x) => (x - mean) ** 4);
      expect(mean).toBe(rate);
      expect(Math.abs(average((x) => x) - mean), id).toBeLessThan(4 * Math.sqrt(variance / maps));
      expect(Math.abs(average((x) => (x - mean) ** 2) - variance), id).toBeLessThan(
        4 * Math.sqrt((fourth - variance ** 2) / maps),
      );
    }
  });
});

describe("chosen bit positions", () => {
  it("are those entries of the unrestricted map, with the same u, so that the two are paired", () => {
    fc.assert(
      fc.property(drawings, ({ drawing: { id: _, ...rest }, ceiling }) => {
        const all = [...entries(draw("", { ...rest, ceiling }))];
        for (const chosen of [[0], [0, 2]]) {
          const part = draw(`bits:${chosen.join("+")}`, { ...rest, ceiling });
          expect([...entries(part)]).toEqual(all.filter(([at]) => chosen.includes(at % rest.bits)));
        }
      }),
    );
  });

  it("are exposed alone", () => {
    const options = { rate: 0.25, bits: 4, encoding: "offset-binary" } as const;
    const result = injectFaults(new Uint8Array(50), draw("bits:0+2"), {
      ...options,
      model: faultModel("flip/bits:0+2"),
    });
    expect(result.exposed).toBe(100);
    expect(result.faulty).toBeGreaterThan(0);
    expect(result.codes.every((code) => (code & ~5) === 0)).toBe(true);
  });

  it("must be positions that a weight has", () => {
    expect(() => draw("bits:3", { bits: 3 })).toThrow(
      "bit positions must be below 3, the bits per weight, got 3",
    );
  });
});

describe("clustered faults", () => {
  it("strike whole rows: one uniform for each, in order, from a stream of their own", () => {
    // 200 bits in rows of 8: three rows to an array.
    const u = uniforms("sites", "map", 0, "layer", "rows:3x8");
    const rows = Array.from({ length: 25 }, () => u());
    const expected = Array.from({ length: 200 }, (_, at) => [at, rows[Math.floor(at / 8)]!] as const);
    expect([...entries(draw("rows:3x8"))]).toEqual(expected.filter(([, value]) => value < 0.25));
  });

  it("strike whole columns of an array: one uniform for each, array by array", () => {
    // 200 bits in arrays of 3 x 8 = 24 cells: eight of them full, the ninth with one row of eight bits.
    const u = uniforms("sites", "map", 0, "layer", "columns:3x8");
    const columns = Array.from({ length: 9 * 8 }, () => u());
    const expected = Array.from(
      { length: 200 },
      (_, at) => [at, columns[8 * Math.floor(at / 24) + (at % 8)]!] as const,
    );
    expect([...entries(draw("columns:3x8"))]).toEqual(expected.filter(([, value]) => value < 0.25));
  });

  it("fill the last array in part, and take a layer smaller than a row as a part of one", () => {
    for (let index = 0; index < 50; index++) {
      // 5 weights of 4 bits: 20 bits in one row of 64, all or none.
      const row = draw("rows:16x64", { weights: 5, index });
      expect([0, 20]).toContain(row.positions.length);
      expect(new Set(row.u).size).toBeLessThanOrEqual(1);
      // Rows of 7: two of them full, and six bits of a third.
      const rows = count(draw("rows:2x7", { weights: 5, index }), (at) => Math.floor(at / 7));
      for (const [row, bits] of rows) expect(bits).toBe(row === 2 ? 6 : 7);
      // One array of 3 x 7: six columns of three bits, and one of two.
      const columns = count(draw("columns:3x7", { weights: 5, index }), (at) => at % 7);
      for (const [column, bits] of columns) expect(bits).toBe(column === 6 ? 2 : 3);
    }
  });

  it("strike everything at rate 1", () => {
    for (const id of ["rows:3x7", "columns:3x7"]) {
      const options = {
        rate: 1,
        model: faultModel(`sa1/${id}`),
        bits: 4,
        encoding: "offset-binary",
      } as const;
      const { codes, faulty } = injectFaults(new Uint8Array(50), draw(id, { ceiling: 1 }), options);
      expect(faulty).toBe(200);
      expect(codes.every((code) => code === 15)).toBe(true);
    }
  });
});

describe("one bit per weight", () => {
  it("is drawn as two uniforms for each weight: whether it is hit, and in which bit", () => {
    const u = uniforms("sites", "map", 0, "layer", "weights");
    const expected = Array.from({ length: 50 }, (_, weight) => {
      const value = u() / 4;
      return [4 * weight + Math.floor(u() * 4), value] as const;
    });
    expect([...entries(draw("weights"))]).toEqual(expected);
  });

  it("hits every weight in exactly one bit at the highest rate, 1 / bits, all bits alike", () => {
    const { positions } = draw("weights", { weights: 8000 });
    expect([...positions].map((at) => Math.floor(at / 4))).toEqual(Array.from({ length: 8000 }, (_, i) => i));
    for (let bit = 0; bit < 4; bit++) {
      const count = positions.filter((at) => at % 4 === bit).length;
      expect(Math.abs(count - 2000)).toBeLessThan(4 * Math.sqrt(8000 * 0.25 * 0.75));
    }
  });

  it("has no higher rate than that", () => {
    expect(() => draw("weights", { ceiling: 0.26 })).toThrow(
      "with one faulty bit per weight at most 1/4 of the bits can be faulty: rates and ceiling must not be above 0.25, got 0.26",
    );
    expect(() => draw("weights", { bits: 8, ceiling: 1 / 8 })).not.toThrow();
  });

  it("is every weight of one bit at rate 1", () => {
    const map = draw("weights", { bits: 1, ceiling: 1 });
    const options = { rate: 1, model: faultModel("flip/weights"), bits: 1, encoding: "gray" } as const;
    expect(injectFaults(new Uint8Array(50), map, options).codes).toEqual(new Uint8Array(50).fill(1));
  });
});

describe("faultyShare", () => {
  const share = (id: string, weights: number, bits = 4) =>
    faultyShare({ weights, bits, rate: 0.1, sites: sitesOf(id) }).variance;

  it("varies more the larger the clusters: rows of 64 bits make its variance 64 times larger", () => {
    expect(share("rows:16x64", 1536) / share("", 1536)).toBeCloseTo(64, 9);
    expect(share("columns:16x64", 1536) / share("", 1536)).toBeCloseTo(16, 9);
    expect(share("rows:16x1", 1536)).toBeCloseTo(share("", 1536), 15);
    // A layer in one row is faulty as a whole or not at all.
    expect(share("rows:1x64", 5)).toBeCloseTo(0.1 * 0.9, 15);
  });

  it("varies less with one bit per weight, and not at all at the highest rate", () => {
    expect(share("weights", 100)).toBeLessThan(share("", 100));
    expect(faultyShare({ weights: 9, bits: 4, rate: 0.25, sites: sitesOf("weights") }).variance).toBe(0);
  });

  it("equals a count over arrays cell by cell, the last one partly filled", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom("rows", "columns"),
        (weights, rows, columns, kind) => {
          const sizes = new Map<string, number>();
          for (let at = 0; at < 3 * weights; at++) {
            const array = Math.floor(at / (rows * columns));
            const line = kind === "rows" ? Math.floor(at / columns) % rows : at % columns;
            sizes.set(`${array} ${line}`, (sizes.get(`${array} ${line}`) ?? 0) + 1);
          }
          const squares = [...sizes.values()].reduce((sum, m) => sum + m * m, 0);
          expect(share(`${kind}:${rows}x${columns}`, weights, 3)).toBeCloseTo(
            (0.09 * squares) / (3 * weights) ** 2,
            12,
          );
        },
      ),
    );
  });

  it("refuses options that do not exist, as maps and injection do", () => {
    const option = { weights: 5, bits: 4, rate: 0.1, sights: undefined };
    expect(() => faultyShare(option)).toThrow(
      "faultyShare has no option sights; its options are weights, bits, rate, sites",
    );
    const layers = [{ name: "layer", weights: 5 }];
    expect(() => drawFaultMap({ key: "k", index: 0, layers, bits: 4, ceilling: 0.2 } as never)).toThrow(
      "drawFaultMap has no option ceilling; its options are key, index, layers, bits, ceiling, sites",
    );
    const wrong = { rate: 0.1, model: faultModel("flip"), bits: 4, coding: "gray" } as never;
    expect(() => injectFaults(new Uint8Array(50), draw(""), wrong)).toThrow(
      "injectFaults has no option coding; its options are rate, model, bits, encoding",
    );
  });

  it("refuses a layer without weights", () => {
    expect(() => faultyShare({ weights: 0, bits: 4, rate: 0.1 })).toThrow(
      "weights must be an integer from 1, got 0",
    );
  });
});
