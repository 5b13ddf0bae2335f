/**
 * How the code q of a weight is written into memory (docs/protocol.md section 2). The levels are the same in every
 * encoding; which weight a faulty bit makes of another is not.
 */
import { UserError } from "../base/errors.js";
import { levels, maxCode, requireCode } from "./grid.js";

/**
 * - `offset-binary`: q itself
 * - `twos-complement`: q - 2^(bits-1) modulo 2^bits, which is q with its top bit inverted
 * - `sign-magnitude`: top bit 1 for a negative weight, below it m with |2q - n| = 2m + 1, n = 2^bits - 1
 * - `gray`: the reflected Gray code of q; neighbouring levels differ in one bit
 */
export type Encoding = "offset-binary" | "twos-complement" | "sign-magnitude" | "gray";

/** All encodings; the first is the one used where nothing else is said. */
export const ENCODINGS: readonly Encoding[] = ["offset-binary", "twos-complement", "sign-magnitude", "gray"];

/** The bits stored for `code`, as an integer from 0 to 2^bits - 1. */
export function encode(code: number, bits: number, encoding: Encoding): number {
  return encoder(encoding)(requireCode(code, maxCode(bits)), 2 ** (bits - 1));
}

/** The code that the stored bits stand for: the inverse of {@link encode}. */
export function decode(stored: number, bits: number, encoding: Encoding): number {
  const n = maxCode(bits);
  if (!(Number.isInteger(stored) && stored >= 0 && stored <= n)) {
    throw new UserError(`stored must be an integer from 0 to ${n}, got ${String(stored)}`);
  }
  return encodingTables(bits, encoding).decode[stored]!;
}

/** Both directions as tables of length 2^bits: `encode[code]` is what is stored, `decode[stored]` is the code. */
export function encodingTables(bits: number, encoding: Encoding): { encode: Uint8Array; decode: Uint8Array } {
  const toStored = encoder(encoding);
  const length = levels(bits);
  const tables = { encode: new Uint8Array(length), decode: new Uint8Array(length) };
  for (let code = 0; code < length; code++) {
    const stored = toStored(code, length / 2);
    tables.encode[code] = stored;
    tables.decode[stored] = code;
  }
  return tables;
}

// `half` is 2^(bits-1): the weight of the top bit, and the least code of a positive weight.
const ENCODERS: Record<Encoding, (code: number, half: number) => number> = {
  "offset-binary": (code) => code,
  "twos-complement": (code, half) => code ^ half,
  "sign-magnitude": (code, half) => (code >= half ? code - half : half | (half - 1 - code)),
  gray: (code) => code ^ (code >> 1),
};

function encoder(encoding: Encoding): (code: number, half: number) => number {
  if (!Object.hasOwn(ENCODERS, encoding)) {
    throw new UserError(`encoding must be one of ${ENCODINGS.join(", ")}, got ${String(encoding)}`);
  }
  return ENCODERS[encoding];
}
