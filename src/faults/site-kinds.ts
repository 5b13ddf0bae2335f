/** Every kind of sites, in one table: how it is written, and how the bits that it names are weak. */
import { textOf, UserError } from "../base/errors.js";
import type { OptionKeys } from "../base/options.js";
import type { Stream } from "../base/random/index.js";
import { maxCode } from "../quantization/grid.js";

/**
 * Where faults strike when it is not every stored bit by itself:
 *
 * - `bits`: only these bit positions of each weight as stored, 0 the least significant, each by itself;
 * - `rows`, `columns`: the bits of a layer, in the order of positions, fill arrays of `rows` x `columns` cells row by
 *   row, one array after another, the last one perhaps in part; a row (column) of an array is weak as a whole;
 * - `weights`: one bit of a weak weight, drawn uniformly.
 *
 * With any of them the fault rate is the expected share of faulty bits among those that can be faulty, before a model's
 * relative rates.
 */
export type Sites =
  | { readonly kind: "bits"; readonly positions: readonly number[] }
  | { readonly kind: "rows"; readonly rows: number; readonly columns: number }
  | { readonly kind: "columns"; readonly rows: number; readonly columns: number }
  | { readonly kind: "weights" };

export type SitesKind = Sites["kind"];
type Of<K extends SitesKind> = Extract<Sites, { readonly kind: K }>;

/** How the weak bits of one weight depend on each other: each by itself, at most one of them, or all at the same u. */
export type Dependence = "independent" | "exclusive" | "together";

/** How the bits of a layer are weak, where its weights have `bits` bits. */
interface Weakness<S> {
  /** The bits of each weight that can be faulty, as a mask. */
  readonly exposed: (sites: S, bits: number) => number;
  /** @throws UserError where the weights of a layer have not all the same one */
  readonly dependence: (sites: S, bits: number) => Dependence;
  /** Whether u comes from a stream of its own; else from that of all bits, so that maps are paired with those. */
  readonly ownStream: boolean;
  /** See `drawSites`. */
  readonly draw: (sites: S, bits: number, draws: Stream) => (position: number) => number;
  /** Variance between maps of the share of `exposed` bits that is faulty. */
  readonly shareVariance: (sites: S, options: { bits: number; rate: number; exposed: number }) => number;
}

/** What there is to know of one kind of sites. */
interface SitesSpec<K extends SitesKind> extends Weakness<Of<K>> {
  /** How ids of it are written, and an example. */
  readonly spelling: string;
  readonly example: string;
  readonly id: (sites: Of<K>) => string;
  /** In figures and tables. */
  readonly title: (sites: Of<K>) => string;
  /** Reads what follows the kind in an id, generously, so that what is misspelt can be told how it is written. */
  readonly parse: (text: string | undefined) => Of<K> | undefined;
  readonly keys: OptionKeys<Of<K>>;
  /** Throws unless the numbers of these sites are such. */
  readonly check: (sites: Of<K>) => void;
  /** Throws unless weights of `bits` bits can have them, and maps up to rate `ceiling`. */
  readonly checkFit: (sites: Of<K>, bits: number, ceiling: number) => void;
}

const always = () => {};
const everyBit = (_: unknown, bits: number) => maxCode(bits);
const independent = () => "independent" as const;

/** p (1 - p) times the sum of m^2 over the groups of m bits that are faulty as one, relative to all bits squared. */
function groupedVariance(squares: number, { rate, exposed }: { rate: number; exposed: number }): number {
  return (rate * (1 - rate) * squares) / exposed ** 2;
}

/** No sites: every stored bit by itself. */
const EVERY_BIT: Weakness<undefined> = {
  exposed: everyBit,
  dependence: independent,
  ownStream: false,
  draw: (_, __, draws) => () => draws.uniform(),
  shareVariance: (_, options) => groupedVariance(options.exposed, options),
};

/** Cells along either side of an array: far more than any memory has, and little enough to draw. */
const LONGEST_SIDE = 2 ** 16;

type Sides = Pick<Of<"rows" | "columns">, "rows" | "columns">;

/** What rows and columns have in common. */
function ofArrays<K extends "rows" | "columns">(kind: K) {
  return {
    spelling: `${kind}:<rows>x<columns>`,
    example: `${kind}:256x64`,
    id: ({ rows, columns }: Sides) => `${kind}:${rows}x${columns}`,
    title: ({ rows, columns }: Sides) => `${kind} of ${rows} x ${columns} arrays`,
    parse(text: string | undefined) {
      const size = /^(\d+)x(\d+)$/.exec(text ?? "");
      return size ? ({ kind, rows: Number(size[1]), columns: Number(size[2]) } as Of<K>) : undefined;
    },
    keys: { kind: true, rows: true, columns: true } as const,
    check({ rows, columns }: Sides) {
      for (const [name, side] of Object.entries({ rows, columns })) {
        if (!(Number.isInteger(side) && side >= 1 && side <= LONGEST_SIDE))
          throw new UserError(
            `${name} of an array must be an integer from 1 to ${LONGEST_SIDE}, got ${textOf(side)}`,
          );
      }
    },
    checkFit: always,
    exposed: everyBit,
    ownStream: true,
  };
}

/** Every kind: a missing one does not compile. */
export const SITES: { readonly [K in SitesKind]: SitesSpec<K> } = {
  bits: {
    spelling: "bits:<positions>",
    example: "bits:0+3",
    id: ({ positions }) => `bits:${positions.join("+")}`,
    title({ positions }) {
      const [last, ...rest] = [...positions].reverse();
      return rest.length === 0 ? `bit ${last}` : `bits ${rest.reverse().join(", ")} and ${last}`;
    },
    parse(text) {
      if (!/^\d+([+,]\d+)*$/.test(text ?? "")) return undefined;
      const positions = new Set(text!.split(/[+,]/).map(Number));
      return { kind: "bits", positions: [...positions].sort((a, b) => a - b) };
    },
    keys: { kind: true, positions: true },
    check({ positions }) {
      const ascending = (at: number, i: number) => i === 0 || at > positions[i - 1]!;
      const valid = (at: number, i: number) => Number.isInteger(at) && at >= 0 && at <= 7 && ascending(at, i);
      if (!(Array.isArray(positions) && positions.length > 0 && positions.every(valid))) {
        throw new UserError(
          `bit positions must be ascending integers from 0 to 7, at least one, got ${textOf(positions)}`,
        );
      }
    },
    checkFit({ positions }, bits) {
      if (positions.some((position) => position >= bits))
        throw new UserError(
          `bit positions must be below ${bits}, the bits per weight, got ${positions.join(", ")}`,
        );
    },
    exposed: ({ positions }) => positions.reduce((mask, position) => mask | (1 << position), 0),
    dependence: independent,
    ownStream: false,
    draw({ positions }, bits, draws) {
      const weak = new Set(positions);
      return (position) => {
        // Drawn for the other bits too, so that a chosen bit has the u that it has among all bits.
        const u = draws.uniform();
        return weak.has(position % bits) ? u : 1;
      };
    },
    shareVariance: (_, options) => groupedVariance(options.exposed, options),
  },
  rows: {
    ...ofArrays("rows"),
    dependence({ rows, columns }, bits) {
      if (columns % bits === 0) return "together";
      throw new UserError(
        `weights within rows have a closed form if columns is a multiple of bits, ${bits}, got rows:${rows}x${columns}`,
      );
    },
    draw({ columns }, _, draws) {
      let u = 1;
      return (position) => {
        if (position % columns === 0) u = draws.uniform();
        return u;
      };
    },
    shareVariance({ columns }, options) {
      const last = options.exposed % columns;
      return groupedVariance((options.exposed - last) * columns + last ** 2, options);
    },
  },
  columns: {
    ...ofArrays("columns"),
    dependence({ rows, columns }, bits) {
      if (columns >= bits) return "independent";
      throw new UserError(
        `weights across columns have a closed form if columns is at least bits, ${bits}, got columns:${rows}x${columns}`,
      );
    },
    draw({ rows, columns }, _, draws) {
      const u = new Float64Array(columns);
      return (position) => {
        if (position % (rows * columns) === 0)
          for (let column = 0; column < columns; column++) u[column] = draws.uniform();
        return u[position % columns]!;
      };
    },
    shareVariance({ rows, columns }, options) {
      // Of the last array, `longer` columns have one bit more than the others.
      const last = options.exposed % (rows * columns);
      const longer = last % columns;
      const height = Math.floor(last / columns);
      const ofLast = longer * (height + 1) ** 2 + (columns - longer) * height ** 2;
      return groupedVariance((options.exposed - last) * rows + ofLast, options);
    },
  },
  weights: {
    spelling: "weights",
    example: "weights",
    id: () => "weights",
    title: () => "one bit per weight",
    parse: (text) => (text === undefined ? { kind: "weights" } : undefined),
    keys: { kind: true },
    check: always,
    checkFit(_, bits, ceiling) {
      if (ceiling * bits > 1)
        throw new UserError(
          `with one faulty bit per weight at most 1/${bits} of the bits can be faulty: rates and ceiling must not be above ${1 / bits}, got ${ceiling}`,
        );
    },
    exposed: everyBit,
    dependence: () => "exclusive",
    ownStream: true,
    draw(_, bits, draws) {
      let u = 1;
      let struck = 0;
      return (position) => {
        const bit = position % bits;
        if (bit === 0) {
          // A weight is hit with probability bits * rate.
          u = draws.uniform() / bits;
          struck = draws.integer(bits);
        }
        return bit === struck ? u : 1;
      };
    },
    shareVariance: (_, { bits, rate, exposed }) => (rate * (1 - bits * rate)) / exposed,
  },
};

/** How the bits of a layer are weak under some sites, or under none. */
export function weaknessOf(sites: Sites | undefined): Weakness<Sites | undefined> {
  return (sites === undefined ? EVERY_BIT : SITES[sites.kind]) as Weakness<Sites | undefined>;
}

/** The entry of some sites. */
export function sitesSpec<K extends SitesKind>({ kind }: Of<K>): SitesSpec<K> {
  return SITES[kind] as SitesSpec<K>;
}
