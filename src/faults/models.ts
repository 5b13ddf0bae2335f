import { textOf, UserError } from "../base/errors.js";
import { requireOptions } from "../base/options.js";
import {
  listed,
  parseSites,
  requireSites,
  SITES_SPELLINGS,
  type Sites,
  sitesId,
  sitesTitle,
} from "./sites.js";

/**
 * A kind of fault: what a faulty bit does, and which bits are faulty (docs/protocol.md section 3). Any object of this
 * shape can be handed to `injectFaults`.
 */
export interface FaultModel {
  /** Short name in files and on the command line. */
  readonly id: string;
  /** Name in figures and tables. */
  readonly title: string;
  /** What is read when `stored` was written and the bits set in `mask` are faulty; pure, within the bits of a code. */
  apply(stored: number, mask: number): number;
  /**
   * A bit that stores 0 (1) is faulty where u < `zero` (`one`) times the rate: from 0 to 1, one of them above 0.
   * Default: 1 and 1.
   */
  readonly relativeRate?: RelativeRate;
  /** Which bits are weak together; the map must be drawn with the same. Default: every stored bit by itself. */
  readonly sites?: Sites;
}

/** Fault rates of bits by the value stored, relative to the rate asked for. */
export interface RelativeRate {
  readonly zero: number;
  readonly one: number;
}

/** What a faulty bit does, in the models that there are. */
type Effect = "flip" | "sa0" | "sa1" | "asymmetric";

/** What there is to know of one effect; its id is the name, then a colon before each parameter. */
interface EffectSpec {
  /** What the numbers are called that an id of it has. */
  readonly parameters: readonly string[];
  readonly title: (...parameters: readonly number[]) => string;
  readonly apply: FaultModel["apply"];
  /** By the value stored, of parameters as they were given; null where all bits are alike. */
  readonly relativeRate: ((...parameters: readonly number[]) => RelativeRate) | null;
}

const inverted: FaultModel["apply"] = (stored, mask) => stored ^ mask;

/** Every effect: a missing one does not compile. */
const EFFECTS: { readonly [E in Effect]: EffectSpec } = {
  flip: { parameters: [], title: () => "bit flip", apply: inverted, relativeRate: null },
  sa0: {
    parameters: [],
    title: () => "stuck-at-0",
    apply: (stored, mask) => stored & ~mask,
    relativeRate: null,
  },
  sa1: {
    parameters: [],
    title: () => "stuck-at-1",
    apply: (stored, mask) => stored | mask,
    relativeRate: null,
  },
  asymmetric: {
    parameters: ["zero", "one"],
    title: (zero, one) => `asymmetric flip (0: ${zero}, 1: ${one})`,
    apply: inverted,
    relativeRate: (zero, one) => requireRelativeRate({ zero: zero!, one: one! }),
  },
};

/** Names of all effects: the first part of a built-in model's id. */
export const EFFECT_NAMES = Object.keys(EFFECTS) as readonly Effect[];

function ofEffect(effect: Effect, ...parameters: readonly number[]): FaultModel {
  const { title, apply, relativeRate } = EFFECTS[effect];
  return {
    id: [effect, ...parameters].join(":"),
    title: title(...parameters),
    apply,
    ...(relativeRate === null ? {} : { relativeRate: relativeRate(...parameters) }),
  };
}

/** Every effect without parameters, striking every stored bit by itself: what faults are where nothing else is said. */
export const PLAIN_FAULTS: readonly FaultModel[] = EFFECT_NAMES.filter(
  (effect) => EFFECTS[effect].parameters.length === 0,
).map((effect) => ofEffect(effect));

/** Models of the user's own, by id. */
const registered = new Map<string, FaultModel>();

/** Every faulty bit reads inverted. */
export const flip: FaultModel = faultModel("flip");

/** Every faulty bit reads 0. */
export const stuckAt0: FaultModel = faultModel("sa0");

/** Every faulty bit reads 1. */
export const stuckAt1: FaultModel = faultModel("sa1");

/**
 * Flips that are likelier for one stored value: at rate p a 0 becomes 1 with probability `zero` * p, and a 1 becomes 0
 * with probability `one` * p.
 *
 * @param zero @param one from 0 to 1, one of them above 0
 */
export function asymmetric(zero: number, one: number): FaultModel {
  return ofEffect("asymmetric", zero, one);
}

/** The same effect, striking at these sites: `onSites(stuckAt0, { kind: "bits", positions: [3] })` is `sa0/bits:3`. */
export function onSites(model: FaultModel, sites: Sites): FaultModel {
  requireSites(sites);
  if (model.sites !== undefined) throw new UserError(`fault model ${model.id} already has sites`);
  return {
    ...model,
    id: `${model.id}/${sitesId(sites)}`,
    title: `${model.title}, ${sitesTitle(sites)}`,
    sites,
  };
}

/**
 * The model with this id, `<effect>` or `<effect>/<sites>`:
 *
 * - effect `flip`, `sa0`, `sa1`, or `asymmetric:<zero>:<one>` (see {@link asymmetric});
 * - sites `bits:3` or `bits:0+3`, `rows:256x64`, `columns:256x64`, `weights` (see {@link Sites}).
 *
 * @throws UserError for any other text; an id has one spelling, since the identity of a trial depends on it
 */
export function faultModel(id: string): FaultModel {
  if (typeof id !== "string") throw new UserError(`fault model must be the id of one, got ${textOf(id)}`);
  const own = registered.get(id);
  if (own) return own;
  if (/^[a-z0-9-]+@[0-9a-f]{8}$/.test(id))
    throw new UserError(
      `fault model ${id} comes from a module that is not loaded; name its file with --fault`,
    );
  const [effect, sites, ...rest] = id.split("/");
  const base = effectOf(effect!);
  if (base === undefined || rest.length > 0) {
    const effects = EFFECT_NAMES.map(spellingOf);
    const sites = SITES_SPELLINGS.map((spelling) => `/${spelling}`);
    throw new UserError(
      `fault model must be ${listed(effects)}, alone or followed by ${listed(sites)}, for example flip, sa0/bits:3 or asymmetric:0.1:1/rows:256x64, got ${id}`,
    );
  }
  if (base.id !== effect) throw new UserError(`fault model ${effect} must be written ${base.id}`);
  return sites === undefined ? base : onSites(base, parseSites(sites));
}

/** Makes a model known by its id. */
export function registerFaultModel(model: FaultModel): void {
  registered.set(model.id, model);
}

/** How ids of an effect are written: `flip`, `asymmetric:<zero>:<one>`. */
function spellingOf(effect: Effect): string {
  return [effect, ...EFFECTS[effect].parameters.map((name) => `<${name}>`)].join(":");
}

/** Reads an effect and its parameters, generously: `faultModel` says how what is misspelt is written. */
function effectOf(text: string): FaultModel | undefined {
  const plain = PLAIN_FAULTS.find(({ id }) => id === text);
  if (plain !== undefined) return plain;
  const [name, ...numbers] = text.split(":");
  const effect = EFFECT_NAMES.find((own) => own === name);
  if (effect === undefined || numbers.length !== EFFECTS[effect].parameters.length) return undefined;
  if (numbers.some((number) => number.trim() === "")) return undefined;
  return ofEffect(effect, ...numbers.map(Number));
}

/** The relative rates of a model, 1 and 1 if it has none; a UserError unless they are such. */
export function requireRelativeRate(rates: RelativeRate | undefined): RelativeRate {
  if (rates === undefined) return { zero: 1, one: 1 };
  const { zero, one } = requireOptions("relativeRate", rates, { zero: true, one: true });
  const share = (value: number) => typeof value === "number" && value >= 0 && value <= 1;
  if (!(share(zero) && share(one) && zero + one > 0)) {
    throw new UserError(
      `relative rates of bits that store 0 and 1 must be in [0, 1] and one of them above 0, got ${textOf(zero)} and ${textOf(one)}`,
    );
  }
  return { zero, one };
}
