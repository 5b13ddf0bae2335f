/** Which stored bits are weak together (docs/protocol.md section 3): the part of a fault model that its maps depend on. */
import { UserError } from "../base/errors.js";
import type { Stream } from "../base/random/index.js";

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
  | { readonly kind: "rows" | "columns"; readonly rows: number; readonly columns: number }
  | { readonly kind: "weights" };

/** Cells along either side of an array: far more than any memory has, and little enough to draw. */
const LONGEST_SIDE = 2 ** 16;

/** How sites are written in ids and files: `bits:0+3`, `rows:256x64`, `columns:256x64`, `weights`; every bit is "". */
export function sitesId(sites: Sites | undefined): string {
  if (sites === undefined) return "";
  switch (sites.kind) {
    case "bits":
      return `bits:${sites.positions.join("+")}`;
    case "weights":
      return "weights";
    default:
      return `${sites.kind}:${sites.rows}x${sites.columns}`;
  }
}

/** The same for figures and tables: "bits 0 and 3", "rows of 256 x 64 arrays", "one bit per weight". */
export function sitesTitle(sites: Sites): string {
  switch (sites.kind) {
    case "bits": {
      const [last, ...rest] = [...sites.positions].reverse();
      return rest.length === 0 ? `bit ${last}` : `bits ${rest.reverse().join(", ")} and ${last}`;
    }
    case "weights":
      return "one bit per weight";
    default:
      return `${sites.kind} of ${sites.rows} x ${sites.columns} arrays`;
  }
}

/** The inverse of {@link sitesId}, but for every bit. @throws UserError that says how sites are written */
export function parseSites(text: string): Sites {
  const sites = readSites(text);
  if (sites === undefined) {
    throw new UserError(
      `sites must be bits:<positions>, rows:<rows>x<columns>, columns:<rows>x<columns> or weights, for example bits:0+3 or rows:256x64, got ${text}`,
    );
  }
  requireSites(sites);
  if (sitesId(sites) !== text) throw new UserError(`sites ${text} must be written ${sitesId(sites)}`);
  return sites;
}

/** Generous, so that what is only misspelt can be told how it is written. */
function readSites(text: string): Sites | undefined {
  if (text === "weights") return { kind: "weights" };
  const [kind, list] = text.split(":", 2);
  if (kind === "bits" && /^\d+([+,]\d+)*$/.test(list ?? "")) {
    const positions = new Set(list!.split(/[+,]/).map(Number));
    return { kind, positions: [...positions].sort((a, b) => a - b) };
  }
  const size = /^(\d+)x(\d+)$/.exec(list ?? "");
  if ((kind === "rows" || kind === "columns") && size)
    return { kind, rows: Number(size[1]), columns: Number(size[2]) };
  return undefined;
}

/** Throws a UserError unless these are sites. */
export function requireSites(sites: Sites): void {
  switch (sites?.kind) {
    case "bits": {
      const { positions } = sites;
      const ascending = (at: number, i: number) => i === 0 || at > positions[i - 1]!;
      const valid = (at: number, i: number) => Number.isInteger(at) && at >= 0 && at <= 7 && ascending(at, i);
      if (!(Array.isArray(positions) && positions.length > 0 && positions.every(valid))) {
        throw new UserError(
          `bit positions must be ascending integers from 0 to 7, at least one, got ${String(positions)}`,
        );
      }
      return;
    }
    case "rows":
    case "columns":
      for (const [name, side] of [["rows", sites.rows] as const, ["columns", sites.columns] as const]) {
        if (!(Number.isInteger(side) && side >= 1 && side <= LONGEST_SIDE))
          throw new UserError(
            `${name} of an array must be an integer from 1 to ${LONGEST_SIDE}, got ${String(side)}`,
          );
      }
      return;
    case "weights":
      return;
    default:
      throw new UserError(
        `kind of sites must be one of bits, rows, columns, weights, got ${String((sites as Sites | undefined)?.kind)}`,
      );
  }
}

/** Throws a UserError unless weights of `bits` bits have these sites, and maps up to rate `ceiling`. */
export function requireSitesFit(sites: Sites | undefined, bits: number, ceiling: number): void {
  if (sites === undefined) return;
  requireSites(sites);
  if (sites.kind === "bits" && sites.positions.some((position) => position >= bits)) {
    throw new UserError(
      `bit positions must be below ${bits}, the bits per weight, got ${sites.positions.join(", ")}`,
    );
  }
  if (sites.kind === "weights" && ceiling * bits > 1) {
    throw new UserError(
      `with one faulty bit per weight at most 1/${bits} of the bits can be faulty: rates and ceiling must not be above ${1 / bits}, got ${ceiling}`,
    );
  }
}

/** How many bits of each weight can be faulty. */
export function exposedBits(sites: Sites | undefined, bits: number): number {
  return sites?.kind === "bits" ? sites.positions.length : bits;
}

/** How the weak bits of one weight depend on each other: each by itself, at most one of them, or all at the same u. */
export type Dependence = "independent" | "exclusive" | "together";

/** @throws UserError for arrays whose rows cut weights in two, or that put bits of a weight into one column */
export function dependenceWithinWeight(sites: Sites | undefined, bits: number): Dependence {
  if (sites?.kind === "weights") return "exclusive";
  if (sites?.kind === "rows" && sites.columns % bits !== 0) {
    throw new UserError(
      `weights within rows have a closed form if columns is a multiple of bits, ${bits}, got ${sitesId(sites)}`,
    );
  }
  if (sites?.kind === "columns" && sites.columns < bits) {
    throw new UserError(
      `weights across columns have a closed form if columns is at least bits, ${bits}, got ${sitesId(sites)}`,
    );
  }
  return sites?.kind === "rows" ? "together" : "independent";
}

/**
 * The u of each stored bit of one layer, up from which rate it is faulty; 1 is a bit that never is. To be called once
 * for each position from 0 on, in ascending order.
 *
 * @param draws a stream of the layer's own, in the order that docs/formats.md states
 */
export function drawSites(
  sites: Sites | undefined,
  bits: number,
  draws: Stream,
): (position: number) => number {
  switch (sites?.kind) {
    case undefined:
      return () => draws.uniform();
    case "bits": {
      const weak = new Set(sites.positions);
      return (position) => {
        // Drawn for the other bits too, so that a chosen bit has the u that it has among all bits.
        const u = draws.uniform();
        return weak.has(position % bits) ? u : 1;
      };
    }
    case "rows": {
      let u = 1;
      return (position) => {
        if (position % sites.columns === 0) u = draws.uniform();
        return u;
      };
    }
    case "columns": {
      const u = new Float64Array(sites.columns);
      return (position) => {
        if (position % (sites.rows * sites.columns) === 0)
          for (let column = 0; column < u.length; column++) u[column] = draws.uniform();
        return u[position % sites.columns]!;
      };
    }
    case "weights": {
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
    }
  }
}
