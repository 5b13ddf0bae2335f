/**
 * The quantization grid (docs/protocol.md section 2) on plain numbers and typed arrays.
 *
 * With n = 2^bits - 1, c = |clip| and rounding floor(x + 0.5):
 *   weight      code q = floor(n * (clamp(w / c, -1, 1) + 1) / 2 + 0.5),  value c * ((2q - n) / n)
 *   activation  code u = floor(n * clamp(x / c, 0, 1) + 0.5),             value c * (u / n)
 *
 * All of it is float64 arithmetic on the numbers given. The deployed codes are those computed from the float32 latent
 * weights and the float32 clip as stored in a checkpoint. Float32Array results are rounded once, at the end.
 */

import { textOf, UserError } from "../base/errors.js";

/** The number of levels of a grid of `bits` bits, 2^bits. */
export function levels(bits: number): number {
  return 2 ** requireBits(bits);
}

/** The largest code of a grid of `bits` bits, 2^bits - 1: n in the formulas above. */
export function maxCode(bits: number): number {
  return levels(bits) - 1;
}

/** The code of the weight `w`: an integer from 0 to 2^bits - 1. Zero is not a level of this grid. */
export function weightCode(w: number, clip: number, bits: number): number {
  return weightRule(requireNumber("w", w), requireClip(clip), maxCode(bits));
}

/** The weight that a code stands for. Code n - q is exactly the negative of code q. */
export function weightValue(code: number, clip: number, bits: number): number {
  const n = maxCode(bits);
  return weightLevel(requireCode(code, n), requireClip(clip), n);
}

/** The code of the activation `x`: an integer from 0 to 2^bits - 1; whatever is not positive has code 0. */
export function activationCode(x: number, clip: number, bits: number): number {
  return activationRule(requireNumber("x", x), requireClip(clip), maxCode(bits));
}

/** The activation that a code stands for, from 0 to |clip|. */
export function activationValue(code: number, clip: number, bits: number): number {
  const n = maxCode(bits);
  return activationLevel(requireCode(code, n), requireClip(clip), n);
}

/** {@link weightCode} of each latent weight, in the same order. */
export function weightCodes(latent: Float32Array, clip: number, bits: number): Uint8Array {
  return toCodes("latent", latent, weightRule, clip, bits);
}

/** {@link weightValue} of each code, in the same order, rounded to float32. */
export function weightValues(codes: Uint8Array, clip: number, bits: number): Float32Array {
  return toValues(codes, weightLevel, clip, bits);
}

/** {@link activationCode} of each activation, in the same order. */
export function activationCodes(activations: Float32Array, clip: number, bits: number): Uint8Array {
  return toCodes("activations", activations, activationRule, clip, bits);
}

/** {@link activationValue} of each code, in the same order, rounded to float32. */
export function activationValues(codes: Uint8Array, clip: number, bits: number): Float32Array {
  return toValues(codes, activationLevel, clip, bits);
}

// The two rules and the two levels; c is positive and n is 2^bits - 1.
type Arithmetic = (input: number, c: number, n: number) => number;

const weightRule: Arithmetic = (w, c, n) =>
  Math.floor((n * (Math.min(Math.max(w / c, -1), 1) + 1)) / 2 + 0.5);
// In this form, and not as c * (2q / n - 1), the codes q and n - q stand for values of exactly opposite sign.
const weightLevel: Arithmetic = (q, c, n) => c * ((2 * q - n) / n);
const activationRule: Arithmetic = (x, c, n) => Math.floor(n * Math.min(Math.max(x / c, 0), 1) + 0.5);
const activationLevel: Arithmetic = (u, c, n) => c * (u / n);

function toCodes(
  name: string,
  numbers: Float32Array,
  rule: Arithmetic,
  clip: number,
  bits: number,
): Uint8Array {
  const c = requireClip(clip);
  const n = maxCode(bits);
  const codes = new Uint8Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const code = rule(numbers[i]!, c, n);
    // Only NaN makes NaN here, and a Uint8Array would turn it into code 0 without a word.
    if (Number.isNaN(code)) throw new UserError(`${name}[${i}] is NaN; only numbers can be quantized`);
    codes[i] = code;
  }
  return codes;
}

function toValues(codes: Uint8Array, level: Arithmetic, clip: number, bits: number): Float32Array {
  const c = requireClip(clip);
  const n = maxCode(bits);
  const values = Float32Array.from({ length: n + 1 }, (_, code) => level(code, c, n));
  const result = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const value = values[codes[i]!];
    if (value === undefined)
      throw new UserError(`codes[${i}] must be an integer from 0 to ${n}, got ${codes[i]}`);
    result[i] = value;
  }
  return result;
}

/** Returns `bits` if it is an integer from 1 to 8; else throws. */
export function requireBits(bits: number): number {
  if (!(Number.isInteger(bits) && bits >= 1 && bits <= 8)) {
    throw new UserError(`bits must be an integer from 1 to 8, got ${textOf(bits)}`);
  }
  return bits;
}

/** Returns |clip| if it is finite and not 0; else throws. A learned clip may change its sign, which has no meaning. */
export function requireClip(clip: number): number {
  const c = Math.abs(clip);
  if (!(c > 0 && c < Infinity)) {
    throw new UserError(`clip must be finite and not 0 (its absolute value is used), got ${textOf(clip)}`);
  }
  return c;
}

function requireNumber(name: string, value: number): number {
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new UserError(`${name} must be a number, got ${textOf(value)}`);
  }
  return value;
}

/** Returns `code` if it is an integer from 0 to `n`; else throws. */
export function requireCode(code: number, n: number): number {
  if (!(Number.isInteger(code) && code >= 0 && code <= n)) {
    throw new UserError(`code must be an integer from 0 to ${n}, got ${textOf(code)}`);
  }
  return code;
}
