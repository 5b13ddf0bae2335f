import type { Results } from "../results/rows.js";
import type { SeedsByMaps } from "../statistics/index.js";
import type { Accuracies, Measured } from "./accuracies.js";

/** Two arms, of which `better` is said to be more accurate under faults. */
export interface ArmPair {
  readonly better: string;
  readonly worse: string;
}

/** Accuracy of `better` minus that of `worse`, in percentage points, over the seeds that both have. */
export interface PairedDifferences {
  /** By cell (fault type, then rate), each [seed][map]. */
  readonly cells: readonly SeedsByMaps[];
  /** Without faults, by seed. */
  readonly clean: readonly number[];
  /** Mean over the cells, [seed][map]. */
  readonly average: SeedsByMaps;
}

/** The differences of two arms under the same faults, paired by seed and map; or what is missing for them. */
export function pairedDifferences(
  accuracies: Accuracies,
  { better, worse }: ArmPair,
  { faults, rates }: Pick<Results, "faults" | "rates">,
): PairedDifferences | { readonly missing: string } {
  const clean = difference(accuracies.clean(better), accuracies.clean(worse));
  if ("missing" in clean) return clean;
  if (rates.length === 0) return { missing: "the study has no rates above 0" };
  const cells: SeedsByMaps[] = [];
  for (const fault of faults) {
    for (const rate of rates) {
      const cell = difference(accuracies.faulty(better, fault, rate), accuracies.faulty(worse, fault, rate));
      if ("missing" in cell) return cell;
      cells.push(cell.values);
    }
  }
  return { cells, clean: clean.values.map(([value]) => value!), average: average(cells) };
}

/** Where one arm has more seeds than the other, those are its last ones. */
function difference(above: Measured, below: Measured): Measured {
  if ("missing" in above) return above;
  if ("missing" in below) return below;
  const values = above.values
    .slice(0, below.values.length)
    .map((row, seed) => row.map((value, map) => value - below.values[seed]![map]!));
  return { values };
}

function average(cells: readonly SeedsByMaps[]): number[][] {
  return cells[0]!.map((row, seed) =>
    row.map((_, map) => {
      let sum = 0;
      for (const cell of cells) sum += cell[seed]![map]!;
      return sum / cells.length;
    }),
  );
}
