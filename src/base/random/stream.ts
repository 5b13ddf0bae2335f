import seedrandom from "seedrandom";
import { textOf, UserError } from "../errors.js";

/** A source of random numbers that is named by what it is for; see {@link stream}. */
export interface Stream {
  /** The next float64, uniform on [0, 1), with 52 random bits or more. */
  uniform(): number;
  /** The next draw from the standard normal distribution. */
  normal(): number;
  /** A uniformly drawn permutation of 0 … n - 1; `n` is an integer from 0 to 2^32 - 1. */
  shuffle(n: number): Uint32Array;
  /** A uniformly drawn integer from 0 to n - 1; `n` is an integer from 1 to 2^32. */
  integer(n: number): number;
}

/** ARC4 has 256 bytes of key. A longer text would be folded onto itself, and two keys could then share a stream. */
const LONGEST_KEY = 256;
const TWO_32 = 2 ** 32;

/**
 * The random stream of a key, always from its beginning: the same key gives the same numbers on every machine, and no
 * other stream is touched by drawing from it. So the order of the work and the number of workers change no result.
 *
 * The generator is seedrandom's default, ARC4, seeded with the key as JSON text (characters beyond ASCII as \u
 * escapes, since ARC4 reads one byte of each character). The text is a JSON array, so different keys are different
 * seeds, `"1"` and `1` included, and none is a repetition of another, which ARC4 could not tell apart.
 *
 * @param key what the stream is for, e.g. `stream("my-study", "map", 7, "conv1")`: strings and finite numbers
 * @throws UserError for an empty key, a part that is neither string nor finite number, or more than 256 characters
 */
export function stream(...key: (string | number)[]): Stream {
  return new KeyedStream(seedText(key));
}

function seedText(key: readonly (string | number)[]): string {
  if (key.length === 0)
    throw new UserError("stream needs a key: say what the numbers are for, as strings and numbers");
  for (const part of key) {
    if (typeof part !== "string" && !(typeof part === "number" && Number.isFinite(part))) {
      throw new UserError(
        `each part of a stream's key must be a string or a finite number, got ${textOf(part)}`,
      );
    }
  }
  const text = JSON.stringify(key).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  if (text.length > LONGEST_KEY) {
    throw new UserError(
      `a stream's key must be at most ${LONGEST_KEY} characters of JSON, got ${text.length}: ${text.slice(0, 60)}…; shorten its parts`,
    );
  }
  return text;
}

class KeyedStream implements Stream {
  readonly #generator: seedrandom.PRNG;
  /** The polar method makes normal draws in pairs; this is the second of a pair, if it is not yet given out. */
  #spare: number | undefined;

  constructor(seed: string) {
    this.#generator = seedrandom(seed);
  }

  uniform(): number {
    // For ARC4 `double()` is the plain call under another name; this name also stands for full precision in
    // seedrandom's other algorithms, where the plain call has 32 bits only. Fault rates need more than 32 bits not to
    // be rounded.
    return this.#generator.double();
  }

  // Marsaglia's polar method: of the transcendental functions it needs only the logarithm. Square roots are exactly
  // rounded everywhere, and sines and cosines, which engines round differently, do not occur.
  normal(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        this.#spare = y * scale;
        return x * scale;
      }
    }
  }

  // Fisher and Yates's shuffle, from the last place down.
  shuffle(n: number): Uint32Array {
    if (!(Number.isInteger(n) && n >= 0 && n < TWO_32)) {
      throw new UserError(`n of shuffle must be an integer from 0 to 2^32 - 1, got ${textOf(n)}`);
    }
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const moved = order[i]!;
      order[i] = order[j]!;
      order[j] = moved;
    }
    return order;
  }

  integer(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= TWO_32)) {
      throw new UserError(`n of integer must be an integer from 1 to 2^32, got ${textOf(n)}`);
    }
    // Never n itself: the largest uniform is at most 1 - 2^-53, and that times n rounds to less than n. The
    // probabilities of any two results differ by at most 2^-52.
    return Math.floor(this.uniform() * n);
  }
}
