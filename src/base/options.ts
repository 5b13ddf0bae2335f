import { textOf, UserError } from "./errors.js";

/** The keys of an options object, as a table typed over it: one that is missing, or too many, does not compile. */
export type OptionKeys<T> = { readonly [K in keyof T]-?: true };

/**
 * Checks that an object of options has none that do not exist: an option that is ignored is a wish that is not met.
 * @param what the function, or the option of it, that the options are of: `"importNetwork"`
 * @returns the options
 * @throws UserError that names each unknown option and all that exist
 */
export function requireOptions<T extends object>(what: string, options: T, keys: OptionKeys<T>): T {
  const known = Object.keys(keys);
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new UserError(
      `options of ${what} must be an object with ${known.join(", ")}, got ${shown(options)}`,
    );
  const unknown = Object.keys(options).filter((key) => !Object.hasOwn(keys, key));
  if (unknown.length === 0) return options;
  throw new UserError(
    `${what} has no option ${unknown.join(", ")}; ${known.length === 1 ? "its only option is" : "its options are"} ${known.join(", ")}`,
  );
}

/** Checks a choice among names. @param known a table of them @throws UserError that lists them */
export function requireOneOf<T extends string>(
  what: string,
  value: T,
  known: Readonly<Record<T, unknown>>,
): T {
  if (typeof value === "string" && Object.hasOwn(known, value)) return value;
  throw new UserError(`${what} must be one of ${Object.keys(known).join(", ")}, got ${shown(value)}`);
}

/** Checks a whole number. @param least the smallest that is accepted @throws UserError */
export function requireCount(what: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new UserError(`${what} must be a whole number of at least ${least}, got ${shown(value)}`);
}

/** A value that was given, in the words of an error: as JSON where that says more than its type. */
export function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // a circle, or a number that JSON has not: its type has to do
  }
  if (text === undefined) return value === undefined ? "nothing" : textOf(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
