/** A fraction in percent: 100 * 0.07 is 7.000000000000001. */
export function percentOf(rate: number): number {
  return Number((100 * rate).toPrecision(12));
}
