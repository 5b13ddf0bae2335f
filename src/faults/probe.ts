import { textOf, UserError } from "../base/errors.js";
import { type OptionKeys, requireOptions } from "../base/options.js";
import { EFFECT_NAMES, type FaultModel, requireRelativeRate } from "./models.js";
import { requireSites } from "./sites.js";

/** Ids that mean something else: built-in effects, the evaluation without faults, the mean over fault types. */
const TAKEN: ReadonlySet<string> = new Set([...EFFECT_NAMES, "none", "all"]);

const KEYS: OptionKeys<FaultModel> = { id: true, title: true, apply: true, relativeRate: true, sites: true };

/** A fault model of the user's own, checked. @throws UserError for anything that is not a pure fault model */
export function requireFaultModel(exported: unknown): FaultModel {
  if (typeof exported !== "object" || exported === null) {
    throw new UserError(
      `a fault model must be an object { id, title, apply }, the default export of its module, got ${exported === null ? "null" : typeof exported}`,
    );
  }
  // An object of a class may have state of its own; of a plain one, what is not known is misspelt.
  if (Object.getPrototypeOf(exported) === Object.prototype)
    requireOptions("a fault model", exported as FaultModel, KEYS);
  const { id, title, relativeRate, sites } = exported as Partial<FaultModel>;
  if (!(typeof id === "string" && /^[a-z][a-z0-9-]*$/.test(id))) {
    throw new UserError(
      `id must be lower-case letters, digits and hyphens, beginning with a letter, got ${textOf(id)}`,
    );
  }
  if (TAKEN.has(id)) throw new UserError(`id must not be one of ${[...TAKEN].join(", ")}, got ${id}`);
  if (!(typeof title === "string" && title.trim() !== "")) {
    throw new UserError(`title must be a text that is not empty, got ${textOf(title)}`);
  }
  if (typeof (exported as FaultModel).apply !== "function") {
    throw new UserError(`apply must be a function, got ${typeof (exported as FaultModel).apply}`);
  }
  if (sites !== undefined) requireSites(sites);
  const model: FaultModel = {
    id,
    title,
    apply: (stored, mask) => (exported as FaultModel).apply(stored, mask),
    ...(relativeRate === undefined ? {} : { relativeRate: requireRelativeRate(relativeRate) }),
    ...(sites === undefined ? {} : { sites }),
  };
  probe(model);
  return model;
}

/** Applies a model to every code and mask of 1 to 8 bits, twice: it must stay within the bits and say the same again. */
function probe(model: FaultModel): void {
  const first = new Uint8Array(2 ** 16);
  for (let stored = 0; stored < 256; stored++) {
    for (let mask = 0; mask < 256; mask++) {
      // The fewest bits that such a code and mask may have; more bits allow whatever these do.
      const bits = Math.max(1, 32 - Math.clz32(stored | mask));
      const read = model.apply(stored, mask);
      if (!(Number.isInteger(read) && read >= 0 && read < 2 ** bits)) {
        throw new UserError(
          `apply(${stored}, ${mask}) must return an integer from 0 to ${2 ** bits - 1} for weights of ${bits} bits, got ${textOf(read)}`,
        );
      }
      first[stored * 256 + mask] = read;
    }
  }
  // Downwards, so that what depends on the calls before shows.
  for (let call = first.length - 1; call >= 0; call--) {
    const [stored, mask] = [Math.floor(call / 256), call % 256];
    const read = model.apply(stored, mask);
    if (read !== first[call]) {
      throw new UserError(
        `apply must be pure: apply(${stored}, ${mask}) returned ${first[call]}, and later ${textOf(read)}`,
      );
    }
  }
}
