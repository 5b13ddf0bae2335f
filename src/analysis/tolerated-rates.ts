import { UserError } from "../base/errors.js";
import { requireOptions, shown } from "../base/options.js";
import { stream } from "../base/random/stream.js";
import type { Results } from "../experiments/results/rows.js";
import {
  type Basis,
  crossedResamples,
  logCrossing,
  mean,
  pairedEffect,
  percentiles,
  type SeedsByMaps,
} from "../statistics/index.js";
import type { Accuracies } from "./accuracies.js";
import { ALL_FAULTS, cellsAt, underFaults } from "./paired-differences.js";

/** Points of accuracy that may be lost, unless told otherwise. */
export const LOSSES: readonly number[] = [1, 5, 10];

const RESAMPLES = 1000;
const LEVEL = 0.95;

/** The fault rate at which an arm has lost so many points of its accuracy without faults. */
export interface ToleratedRate {
  readonly loss: number;
  /** Share of the stored bits; 0 where more is lost at the lowest rate that was measured, Infinity where less is at the highest. */
  readonly rate: number;
  /** 95 % interval, its ends likewise; NaN with one seed and one map. */
  readonly low: number;
  readonly high: number;
  readonly basis: Basis;
}

/**
 * Inverts the mean loss of an arm as a function of the rate, on straight lines over the logarithm of the rate between those that
 * were measured (docs/protocol.md section 5). The interval is that of the crossed bootstrap over seeds and maps, of 1,000
 * resamples.
 *
 * @param fault a fault model's id, or `"all"` for the mean over those that the study is judged by
 * @param losses points of accuracy, each above 0; default: {@link LOSSES}
 * @returns one for each loss; or what is missing
 * @throws UserError for other options, and a loss that is none
 */
export function toleratedRatesOf(
  results: Results,
  accuracies: Accuracies,
  options: { readonly arm: string; readonly fault: string; readonly losses?: readonly number[] },
): readonly ToleratedRate[] | { readonly missing: string } {
  const {
    arm,
    fault,
    losses = LOSSES,
  } = requireOptions("toleratedRatesOf", options, {
    arm: true,
    fault: true,
    losses: true,
  });
  const none = losses.find((loss) => !(loss > 0));
  if (none !== undefined)
    throw new UserError(`losses must be points of accuracy above 0, got ${shown(none)}`);
  const clean = accuracies.clean(arm);
  if ("missing" in clean) return clean;
  const faults = fault === ALL_FAULTS ? results.judgement.faults : [fault];
  const rates = [...results.study.campaign.rates].sort((a, b) => a - b);
  if (rates.length === 0) return { missing: "the study has no rates above 0" };
  const lost: SeedsByMaps[] = [];
  for (const rate of rates) {
    const measured = underFaults(accuracies, arm, cellsAt(faults, [rate]));
    if ("missing" in measured) return measured;
    lost.push(measured.values.map((row, seed) => row.map((value) => clean.values[seed]![0]! - value)));
  }
  const { basis } = pairedEffect(lost[0]!);
  const means = lost.map((table) => mean(table.flat()));
  const { name, profile } = results.study;
  const draws = stream(name, profile, "tolerated-rates", arm, fault);
  const resampled = basis === "none" ? [] : [...crossedResamples(lost, draws, RESAMPLES)];
  return losses.map((loss) => {
    const crossings = Float64Array.from(resampled, (curve) => logCrossing(rates, curve, loss));
    const { low, high } = basis === "none" ? { low: NaN, high: NaN } : percentiles(crossings, LEVEL);
    // between 0 and the lowest rate measured a quantile is no rate, but a bound
    const known = (end: number) => (end < rates[0]! ? 0 : end);
    return { loss, rate: logCrossing(rates, means, loss), low: known(low), high: known(high), basis };
  });
}
