import { InvalidArgumentError, Option } from "commander";
import type { MapRange } from "./maps.js";

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError(`must be a whole number >= 0, got ${text}`);
  return value;
}

/** An option that may be given more than once. @param otherwise what it stands for when it is not given */
export function several(flags: string, description: string, otherwise: string): Option {
  return new Option(flags, `${description}; may be given more than once`)
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], otherwise);
}

export function mapRange(text: string): MapRange {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (first === undefined || Number(first) > Number(last) || !Number.isSafeInteger(Number(last)))
    throw new InvalidArgumentError(`must be an index such as 7 or a range such as 0-9, got ${text}`);
  return { first: Number(first), last: Number(last) };
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError(`must be a number > 0, got ${text}`);
  return value;
}

export function fraction(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError(`must be above 0 and below 1, got ${text}`);
  return value;
}

/** Each job has memory of its own: a slip of the finger should not take all there is. */
const MOST_JOBS = 64;

export function jobs(text: string): number {
  const value = positiveInteger(text);
  if (value > MOST_JOBS) throw new InvalidArgumentError(`must be at most ${MOST_JOBS}, got ${text}`);
  return value;
}

export function positiveInteger(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError("must be at least 1, got 0");
  return value;
}
