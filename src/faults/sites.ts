/** Which stored bits are weak together (docs/protocol.md section 3): the part of a fault model that its maps depend on. */
import { textOf, UserError } from "../base/errors.js";
import { requireOptions } from "../base/options.js";
import type { Stream } from "../base/random/index.js";
import { bitCount } from "./bit-count.js";
import { type Dependence, SITES, type Sites, type SitesKind, sitesSpec, weaknessOf } from "./site-kinds.js";

export type { Dependence, Sites } from "./site-kinds.js";

/** How sites are written in ids and files: `bits:0+3`, `rows:256x64`, `columns:256x64`, `weights`; every bit is "". */
export function sitesId(sites: Sites | undefined): string {
  return sites === undefined ? "" : sitesSpec(sites).id(sites);
}

/** The same for figures and tables: "bits 0 and 3", "rows of 256 x 64 arrays", "one bit per weight". */
export function sitesTitle(sites: Sites): string {
  return sitesSpec(sites).title(sites);
}

/** How ids of each kind of sites are written. */
export const SITES_SPELLINGS: readonly string[] = Object.values(SITES).map(({ spelling }) => spelling);

/** The inverse of {@link sitesId}, but for every bit. @throws UserError that says how sites are written */
export function parseSites(text: string): Sites {
  const [kind, parameters] = text.split(":", 2);
  const sites = Object.hasOwn(SITES, kind!) ? SITES[kind as SitesKind].parse(parameters) : undefined;
  if (sites === undefined) {
    const { bits, rows } = SITES;
    throw new UserError(
      `sites must be ${listed(SITES_SPELLINGS)}, for example ${bits.example} or ${rows.example}, got ${text}`,
    );
  }
  requireSites(sites);
  if (sitesId(sites) !== text) throw new UserError(`sites ${text} must be written ${sitesId(sites)}`);
  return sites;
}

/** Throws a UserError unless these are sites. */
export function requireSites(sites: Sites): void {
  const kind: unknown = (sites as Sites | undefined)?.kind;
  if (!(typeof kind === "string" && Object.hasOwn(SITES, kind))) {
    throw new UserError(`kind of sites must be one of ${Object.keys(SITES).join(", ")}, got ${textOf(kind)}`);
  }
  const { keys, check } = sitesSpec(sites);
  requireOptions(`sites of kind ${kind}`, sites, keys);
  check(sites);
}

/** Throws a UserError unless weights of `bits` bits have these sites, and maps up to rate `ceiling`. */
export function requireSitesFit(sites: Sites | undefined, bits: number, ceiling: number): void {
  if (sites === undefined) return;
  requireSites(sites);
  sitesSpec(sites).checkFit(sites, bits, ceiling);
}

/** The bits of each weight that can be faulty, as a mask. */
export function exposedMask(sites: Sites | undefined, bits: number): number {
  return weaknessOf(sites).exposed(sites, bits);
}

/** How many bits of each weight can be faulty. */
export function exposedBits(sites: Sites | undefined, bits: number): number {
  return bitCount(exposedMask(sites, bits));
}

/** @throws UserError for arrays whose rows cut weights in two, or that put bits of a weight into one column */
export function dependenceWithinWeight(sites: Sites | undefined, bits: number): Dependence {
  return weaknessOf(sites).dependence(sites, bits);
}

/** What follows a layer's name in the key of its stream: nothing where the stream is that of all bits. */
export function sitesKey(sites: Sites | undefined): string[] {
  return weaknessOf(sites).ownStream ? [sitesId(sites)] : [];
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
  return weaknessOf(sites).draw(sites, bits, draws);
}

/** "a, b or c". */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} or ${items.at(-1)}`;
}
