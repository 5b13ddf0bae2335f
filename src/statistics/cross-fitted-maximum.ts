import { UserError } from "../base/errors.js";
import { mean, type SeedsByMaps, shapeOf } from "./matrix.js";

export interface CrossFittedMaximum {
  /** Mean of the readings: an estimate of a large cell that the choice itself does not inflate. NaN with one map. */
  readonly value: number;
  /** How often each cell was chosen; the counts add up to 2 x seeds. All 0 with one map. */
  readonly chosen: readonly number[];
  /** The largest mean over all seeds and maps and its cell: biased upwards, since chosen and read on the same data. */
  readonly naive: { readonly cell: number; readonly value: number };
}

/**
 * The largest cell of a table, chosen and read on different data (docs/protocol.md section 5).
 *
 * Maps are halved by the parity of their index. For each seed and each half: the cell is the one with the largest
 * mean over the *other* seeds and the maps of that half (the first, if equal); it is read on *this* seed and the maps
 * of the *other* half. The result is the mean of these 2 x seeds readings. With one seed there are no other seeds:
 * the cell is chosen on one half of the maps and read on the other half, both ways.
 *
 * @param cells [cell][seed][map], all cells of one shape, such as differences in accuracy by fault and rate
 */
export function crossFittedMaximum(cells: readonly SeedsByMaps[]): CrossFittedMaximum {
  if (cells.length === 0) throw new UserError("cells must have at least one cell, got none");
  const shapes = cells.map((cell, index) => shapeOf(cell, `cells[${index}]`));
  const { seeds, maps } = shapes[0]!;
  const odd = shapes.findIndex((shape) => shape.seeds !== seeds || shape.maps !== maps);
  if (odd >= 0) {
    const { seeds: s, maps: m } = shapes[odd]!;
    throw new UserError(
      `cells[${odd}] must have ${seeds} seeds and ${maps} maps as cells[0] has, got ${s} x ${m}`,
    );
  }
  const chosen = cells.map(() => 0);
  const readings: number[] = [];
  for (let seed = 0; maps > 1 && seed < seeds; seed++) {
    for (const half of [0, 1]) {
      const choice = largest(cells.map((cell) => meanOver(cell, (s) => seeds === 1 || s !== seed, half)));
      chosen[choice]! += 1;
      readings.push(meanOver(cells[choice]!, (s) => s === seed, 1 - half));
    }
  }
  const means = cells.map((cell) => mean(cell.flat()));
  const cell = largest(means);
  return { value: mean(readings), chosen, naive: { cell, value: means[cell]! } };
}

/** Mean over the seeds that `keep` accepts and the maps whose index has the parity `half`. */
function meanOver(cell: SeedsByMaps, keep: (seed: number) => boolean, half: number): number {
  return mean(
    cell.filter((_, seed) => keep(seed)).flatMap((row) => row.filter((_, map) => map % 2 === half)),
  );
}

function largest(values: readonly number[]): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}
