import { mean, type SeedsByMaps, shapeOf } from "./matrix.js";
import { type IntervalOptions, levelOf } from "./options.js";
import { criticalValue } from "./quantile.js";
import { tInterval } from "./t-interval.js";

/** What an interval speaks for: where it says "maps only", another training could fall outside it. */
export type Basis = "seeds and maps" | "maps only" | "seeds only" | "none";

export interface PairedEffect {
  readonly mean: number;
  /** Standard error of the mean; NaN with basis "none". */
  readonly standardError: number;
  /** Degrees of freedom (Satterthwaite's where seeds and maps both vary). */
  readonly df: number;
  /** Bounds of the interval; NaN with basis "none". */
  readonly low: number;
  readonly high: number;
  /** Standard deviations of the seed effects, the map effects and the rest; NaN where they cannot be told apart. */
  readonly seedSd: number;
  readonly mapSd: number;
  readonly residualSd: number;
  readonly seeds: number;
  readonly maps: number;
  readonly basis: Basis;
}

/**
 * Mean and interval of a quantity measured for every seed under every fault map. Maps are shared by all seeds, so
 * both are crossed random effects (docs/protocol.md section 5): variance of the mean =
 * max(MS_seed + MS_map - MS_residual, MS_residual) / (seeds x maps), degrees of freedom by Satterthwaite.
 *
 * With one seed it is a t interval over maps and speaks for that training alone; its `mapSd` then holds the residual
 * too. With one map it is a t interval over seeds, likewise. With one of each there is no interval.
 *
 * @param differences [seed][map], such as the difference in accuracy of two arms; complete, finite
 */
export function pairedEffect(differences: SeedsByMaps, options: IntervalOptions = {}): PairedEffect {
  const level = levelOf("pairedEffect", options);
  const { seeds, maps } = shapeOf(differences);
  if (seeds > 1 && maps > 1) return crossed(differences, seeds, maps, level);
  const { mean, sd, standardError, df, low, high } = tInterval(differences.flat(), { level });
  const basis = maps > 1 ? "maps only" : seeds > 1 ? "seeds only" : "none";
  return {
    mean,
    standardError,
    df,
    low,
    high,
    seedSd: basis === "seeds only" ? sd : NaN,
    mapSd: basis === "maps only" ? sd : NaN,
    residualSd: NaN,
    seeds,
    maps,
    basis,
  };
}

function crossed(differences: SeedsByMaps, seeds: number, maps: number, level: number): PairedEffect {
  const bySeed = differences.map((row) => mean(row));
  const byMap = Array.from({ length: maps }, (_, map) => mean(differences.map((row) => row[map]!)));
  const total = mean(bySeed);
  const dfSeed = seeds - 1;
  const dfMap = maps - 1;
  const dfResidual = dfSeed * dfMap;
  const msSeed = (maps * sumOf(bySeed, (value) => (value - total) ** 2)) / dfSeed;
  const msMap = (seeds * sumOf(byMap, (value) => (value - total) ** 2)) / dfMap;
  const msResidual =
    sumOf(differences, (row, seed) =>
      sumOf(row, (value, map) => (value - bySeed[seed]! - byMap[map]! + total) ** 2),
    ) / dfResidual;
  const combined = Math.max(msSeed + msMap - msResidual, msResidual);
  const spread = msSeed ** 2 / dfSeed + msMap ** 2 / dfMap + msResidual ** 2 / dfResidual;
  // Because of the subtraction Satterthwaite's formula can fall below every df that it combines.
  const df = spread === 0 ? dfResidual : Math.max(combined ** 2 / spread, Math.min(dfSeed, dfMap));
  const standardError = Math.sqrt(combined / (seeds * maps));
  const half = criticalValue(level, df) * standardError;
  return {
    mean: total,
    standardError,
    df,
    low: total - half,
    high: total + half,
    seedSd: Math.sqrt(Math.max(0, msSeed - msResidual) / maps),
    mapSd: Math.sqrt(Math.max(0, msMap - msResidual) / seeds),
    residualSd: Math.sqrt(msResidual),
    seeds,
    maps,
    basis: "seeds and maps",
  };
}

function sumOf<T>(items: readonly T[], term: (item: T, index: number) => number): number {
  let sum = 0;
  for (const [index, item] of items.entries()) sum += term(item, index);
  return sum;
}
