import type { Cell, Column } from "../forms/table.js";

/** The value of a cell: what is not known is null. */
export function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

/**
 * A right-aligned column whose number stands with its interval: keys `<key>`, `<key>_low` and `<key>_high`.
 * @param unit `""` where there is none, or several
 */
export function intervalColumn(key: string, title: string, unit: string, more: Partial<Column> = {}): Column {
  const interval = { low: `${key}_low`, high: `${key}_high` };
  return { key, title, ...(unit !== "" && { unit }), align: "right", interval, ...more };
}

/** The cells of such a column. */
export function intervalCells(
  key: string,
  effect: { readonly mean: number; readonly low: number; readonly high: number } | undefined,
): Record<string, Cell> {
  return {
    [key]: known(effect?.mean),
    [`${key}_low`]: known(effect?.low),
    [`${key}_high`]: known(effect?.high),
  };
}

/** What is there of something that may be missing. */
export function present<T extends object>(found: T | { readonly missing: string }): T | undefined {
  return "missing" in found ? undefined : found;
}
