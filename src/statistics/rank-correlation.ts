import { UserError } from "../base/errors.js";
import { mean } from "./matrix.js";

/** Ranks from 1, equal values sharing the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  requireFinite(values);
  return ranksOf(values);
}

/** The same of numbers that were checked: a bootstrap asks for it thousands of times. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const found = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) found[order[i]!] = (from + to + 1) / 2;
    from = to;
  }
  return found;
}

/** Pearson's correlation; NaN where either does not vary. */
export function correlation(x: readonly number[], y: readonly number[]): number {
  requireFinite(x, y);
  requireAsMany(x, y);
  return pearson(x, y);
}

/** The same of numbers that were checked. */
export function pearson(x: readonly number[], y: readonly number[]): number {
  const [dx, dy] = [centred(x), centred(y)];
  const scale = Math.sqrt(dot(dx, dx) * dot(dy, dy));
  return scale === 0 ? NaN : Math.max(-1, Math.min(1, dot(dx, dy) / scale));
}

/** Spearman's rank correlation: that of the ranks. NaN where either does not vary, so also of fewer than two pairs. */
export function spearman(x: readonly number[], y: readonly number[]): number {
  requireFinite(x, y);
  requireAsMany(x, y);
  return pearson(ranksOf(x), ranksOf(y));
}

/** Values less their mean. */
export function centred(values: readonly number[]): number[] {
  const centre = mean(values);
  return values.map((value) => value - centre);
}

export function dot(x: readonly number[], y: readonly number[]): number {
  let sum = 0;
  for (const [i, value] of x.entries()) sum += value * y[i]!;
  return sum;
}

/** Throws unless two lists are of one length. */
export function requireAsMany(x: readonly number[], y: readonly number[]): void {
  if (x.length !== y.length)
    throw new UserError(`x and y must have equally many values, got ${x.length} and ${y.length}`);
}

/** Throws unless every number is finite. */
export function requireFinite(...lists: readonly (readonly number[])[]): void {
  for (const list of lists)
    for (const [i, value] of list.entries())
      if (!Number.isFinite(value)) throw new UserError(`value ${i} must be a finite number, got ${value}`);
}
