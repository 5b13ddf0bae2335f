import { percentOf } from "../../base/percent.js";

/** Rates whose largest is more than so many times the smallest lie on one point of a linear axis. */
const MOST_TIMES = 100;
/** Labels that a panel's axis has room for, besides that of 0. */
const MOST_TICKS = 4;

/** The horizontal axis of a panel with fault rates in percent, and 0 for no faults. */
export interface RateAxis {
  readonly isLogarithmic: boolean;
  /** Where a rate in percent stands: as it is, but for 0 on a logarithmic axis, which has a place before the smallest. */
  readonly at: (percent: number) => number;
  /** Settings of the axis, in plotly's terms. */
  readonly ticks: Record<string, unknown>;
  readonly range: readonly [number, number];
}

/** Linear, or logarithmic where the rates span more than two decades. @param rates fractions above 0, ascending */
export function rateAxis(rates: readonly number[]): RateAxis {
  const [least, most] = [percentOf(rates[0] ?? 0.001), percentOf(rates.at(-1) ?? 0.001)];
  // rates are decimal fractions: 0.001 and 0.1 are two decades apart, whatever their quotient is as a float
  if (most <= MOST_TIMES * least * (1 + 1e-9))
    return {
      isLogarithmic: false,
      at: (percent) => percent,
      ticks: { nticks: 6 },
      range: [-0.03 * most, 1.03 * most],
    };
  const [low, high] = [Math.log10(least), Math.log10(most)];
  const zero = low - 0.15 * (high - low);
  const first = Math.ceil(low - 1e-9);
  const decades = Array.from({ length: Math.floor(high + 1e-9) - first + 1 }, (_, i) => first + i);
  const step = Math.ceil(decades.length / MOST_TICKS);
  const shown = decades.filter((_, i) => i % step === 0);
  return {
    isLogarithmic: true,
    at: (percent) => (percent === 0 ? 10 ** zero : percent),
    ticks: {
      type: "log",
      tickvals: [10 ** zero, ...shown.map((decade) => 10 ** decade)],
      ticktext: ["0", ...shown.map((decade) => `10<sup>${decade}</sup>`)],
    },
    range: [zero - 0.04 * (high - zero), high + 0.04 * (high - zero)],
  };
}
