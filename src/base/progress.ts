import { UserError } from "./errors.js";
import { type OptionKeys, requireOptions, shown } from "./options.js";

/** How far a job is. */
export interface Progress {
  readonly done: number;
  readonly of: number;
  /** Speed, in `unit`. */
  readonly rate: number;
  readonly unit: "images/s" | "trials/s" | "bits/s" | "losses/s" | "points/s" | "MB/s";
  readonly note: string;
}

export type OnProgress = (progress: Progress) => void;

/** What a caller may hand to a long job. */
export interface JobOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** The keys of {@link JobOptions}. */
export const JOB: OptionKeys<JobOptions> = { onProgress: true, signal: true };

/**
 * Checks the options of a long job before it begins: a listener that is none would end it at its first report.
 * @throws UserError as of `requireOptions`
 */
export function requireJob<T extends { readonly onProgress?: unknown; readonly signal?: unknown }>(
  what: string,
  options: T,
  keys: OptionKeys<T>,
): T {
  const { onProgress, signal } = requireOptions(what, options, keys);
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw new UserError(`onProgress must be a function, got ${shown(onProgress)}`);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new UserError(`signal must be an AbortSignal, got ${shown(signal)}`);
  return options;
}
