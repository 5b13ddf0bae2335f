import { UserError } from "../base/errors.js";
import { requireOptions, shown } from "../base/options.js";
import type { Results } from "../experiments/results/rows.js";
import { type Basis, firstCrossing, pairedEffect, type SeedsByMaps } from "../statistics/index.js";
import type { Accuracies } from "./accuracies.js";
import { ALL_FAULTS, cellsAt, underFaults } from "./paired-differences.js";

/** Points of accuracy that may be lost. */
export const LOSSES = [1, 5, 10] as const;

/** The fault rate at which an arm has lost so many points of its accuracy without faults. */
export interface ToleratedRate {
  /** Share of the stored bits; Infinity where less is lost at the highest rate that was measured. */
  readonly rate: number;
  /** 95 % interval, its ends likewise; NaN with one seed and one map. */
  readonly low: number;
  readonly high: number;
  readonly basis: Basis;
}

/**
 * Inverts the mean loss of an arm as a function of the rate, linear between measured rates and 0 at rate 0. The interval has
 * every rate at which the 95 % interval of the mean loss (crossed over seeds and maps) holds `loss`: where the upper bound of
 * the loss first reaches it to where the lower one does.
 *
 * @param fault a fault model's id, or `"all"` for the mean over those that the study is judged by
 * @param loss points of accuracy, above 0
 * @throws UserError for other options, and a loss that is none
 */
export function toleratedRate(
  results: Results,
  accuracies: Accuracies,
  options: { readonly arm: string; readonly fault: string; readonly loss: number },
): ToleratedRate | { readonly missing: string } {
  const { arm, fault, loss } = requireOptions("toleratedRate", options, {
    arm: true,
    fault: true,
    loss: true,
  });
  if (!(loss > 0)) throw new UserError(`loss must be points of accuracy above 0, got ${shown(loss)}`);
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
  const nodes = [0, ...rates];
  const tables = [lost[0]!.map((row) => row.map(() => 0)), ...lost];
  const at = (rate: number) => pairedEffect(between(nodes, tables, rate));
  const { basis } = at(rates[0]!);
  const crossing = (of: "mean" | "low" | "high") => firstCrossing(nodes, loss, (rate) => at(rate)[of]);
  if (basis === "none") return { rate: crossing("mean"), low: NaN, high: NaN, basis };
  return { rate: crossing("mean"), low: crossing("high"), high: crossing("low"), basis };
}

/** The table at a rate, linear between those at the nodes. */
function between(nodes: readonly number[], tables: readonly SeedsByMaps[], rate: number): SeedsByMaps {
  const above = Math.max(
    1,
    nodes.findIndex((node) => node >= rate),
  );
  const share = (rate - nodes[above - 1]!) / (nodes[above]! - nodes[above - 1]!);
  const [from, to] = [tables[above - 1]!, tables[above]!];
  return from.map((row, seed) => row.map((value, map) => value + share * (to[seed]![map]! - value)));
}
