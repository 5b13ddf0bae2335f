/**
 * How the code q of a weight is written into memory (docs/protocol.md section 2). The levels are the same in every
 * encoding; which weight a faulty bit makes of another is not.
 */

import { textOf, UserError } from "../base/errors.js";
import { levels, maxCode, requireCode } from "./grid.js";

/** One way to write a code. `half` is 2^(bits-1): the weight of the top bit, and the least code of a positive weight. */
interface EncodingSpec {
  readonly encode: (code: number, half: number) => number;
  /** Its name in short lines, for axes. */
  readonly lines: readonly string[];
}

/** Every encoding, by its name in settings; the first is the one used where nothing else is said. */
const TABLE = {
  /** q itself */
  "offset-binary": { encode: (code) => code, lines: ["offset", "binary"] },
  /** q - 2^(bits-1) modulo 2^bits, which is q with its top bit inverted */
  "twos-complement": { encode: (code, half) => code ^ half, lines: ["two's", "compl."] },
  /** top bit 1 for a negative weight, below it m with |2q - n| = 2m + 1, n = 2^bits - 1 */
  "sign-magnitude": {
    encode: (code, half) => (code >= half ? code - half : half | (half - 1 - code)),
    lines: ["sign-", "magn."],
  },
  /** the reflected Gray code of q; neighbouring levels differ in one bit */
  gray: { encode: (code) => code ^ (code >> 1), lines: ["Gray"] },
} satisfies Record<string, EncodingSpec>;

export type Encoding = keyof typeof TABLE;

/** The names of all encodings. */
export const ENCODINGS = Object.keys(TABLE) as readonly Encoding[];

/** The name of an encoding in short lines. */
export function encodingLines(encoding: Encoding): readonly string[] {
  return specOf(encoding).lines;
}

/** The bits stored for `code`, as an integer from 0 to 2^bits - 1. */
export function encode(code: number, bits: number, encoding: Encoding): number {
  return specOf(encoding).encode(requireCode(code, maxCode(bits)), 2 ** (bits - 1));
}

/** The code that the stored bits stand for: the inverse of {@link encode}. */
export function decode(stored: number, bits: number, encoding: Encoding): number {
  const n = maxCode(bits);
  if (!(Number.isInteger(stored) && stored >= 0 && stored <= n)) {
    throw new UserError(`stored must be an integer from 0 to ${n}, got ${textOf(stored)}`);
  }
  return encodingTables(bits, encoding).decode[stored]!;
}

/** Both directions as tables of length 2^bits: `encode[code]` is what is stored, `decode[stored]` is the code. */
export function encodingTables(bits: number, encoding: Encoding): { encode: Uint8Array; decode: Uint8Array } {
  const { encode: toStored } = specOf(encoding);
  const length = levels(bits);
  const tables = { encode: new Uint8Array(length), decode: new Uint8Array(length) };
  for (let code = 0; code < length; code++) {
    const stored = toStored(code, length / 2);
    tables.encode[code] = stored;
    tables.decode[stored] = code;
  }
  return tables;
}

function specOf(encoding: Encoding): EncodingSpec {
  if (typeof encoding === "string" && Object.hasOwn(TABLE, encoding)) return TABLE[encoding];
  throw new UserError(`encoding must be one of ${ENCODINGS.join(", ")}, got ${textOf(encoding)}`);
}
