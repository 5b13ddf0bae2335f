import { UserError } from "../base/errors.js";

/** Numbers by seed (rows) and fault map (columns). */
export type SeedsByMaps = readonly (readonly number[])[];

/** Checks that `values` is a complete seeds x maps matrix of finite numbers and returns its shape. */
export function shapeOf(values: SeedsByMaps, name = "differences"): { seeds: number; maps: number } {
  const seeds = values.length;
  const maps = values[0]?.length ?? 0;
  if (seeds === 0 || maps === 0) {
    throw new UserError(`${name} must have at least one seed and one map, got ${seeds} x ${maps}`);
  }
  for (const [seed, row] of values.entries()) {
    if (row.length !== maps) {
      throw new UserError(
        `${name}[${seed}] must have ${maps} maps as ${name}[0] has, got ${row.length}: leave out a map for all seeds or run what is missing`,
      );
    }
    for (let map = 0; map < maps; map++) {
      if (!Number.isFinite(row[map])) {
        throw new UserError(`${name}[${seed}][${map}] must be a finite number, got ${row[map]}`);
      }
    }
  }
  return { seeds, maps };
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Element-wise mean of at least one seeds x maps table, all of one shape. */
export function meanTable(tables: readonly SeedsByMaps[]): number[][] {
  const { seeds, maps } = shapeOf(tables[0] ?? [], "tables[0]");
  const other = tables.findIndex(
    (table) => table.length !== seeds || table.some((row) => row.length !== maps),
  );
  if (other >= 0)
    throw new UserError(`tables[${other}] must be ${seeds} x ${maps}, as tables[0] is, seed by seed`);
  return tables[0]!.map((row, seed) =>
    row.map((_, map) => {
      let sum = 0;
      for (const table of tables) sum += table[seed]![map]!;
      return sum / tables.length;
    }),
  );
}
