/**
 * Exact arithmetic on the numbers that thresholds are computed from. Every finite double is a fraction, so sums,
 * products and quotients of doubles have exact values, and whether a sum reaches a step is never a matter of rounding.
 */

/** numerator / denominator, with denominator > 0; not necessarily in lowest terms. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** The exact value of a finite double. */
export function rational(x: number): Rational {
  if (!Number.isFinite(x)) throw new RangeError(`only finite numbers are fractions, got ${x}`);
  let denominator = 1n;
  let scaled = x;
  // Multiplying by a power of two is exact, and every finite double becomes an integer after at most 1,074 doublings.
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    denominator *= 2n;
  }
  return { numerator: BigInt(scaled), denominator };
}

export function add(a: Rational, b: Rational): Rational {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

export function negate(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator };
}

export function multiply(a: Rational, b: Rational): Rational {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** a / b; b must not be 0. */
export function divide(a: Rational, b: Rational): Rational {
  if (b.numerator === 0n) throw new RangeError("division by zero");
  const flip = b.numerator < 0n ? -1n : 1n;
  return {
    numerator: a.numerator * b.denominator * flip,
    denominator: a.denominator * b.numerator * flip,
  };
}

/** -1, 0 or 1. */
export function sign(a: Rational): -1 | 0 | 1 {
  return a.numerator > 0n ? 1 : a.numerator < 0n ? -1 : 0;
}

/** The larger of the two. */
export function maximum(a: Rational, b: Rational): Rational {
  return sign(add(a, negate(b))) >= 0 ? a : b;
}

/** The least integer that is not below a. */
export function ceiling({ numerator, denominator }: Rational): bigint {
  const quotient = numerator / denominator;
  return numerator > 0n && quotient * denominator !== numerator ? quotient + 1n : quotient;
}
