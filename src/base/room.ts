import { existsSync, statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { getHeapStatistics } from "node:v8";
import { UserError } from "./errors.js";

/** Bytes of memory that this process may take for what it holds. */
export function memoryLimit(): number {
  return getHeapStatistics().heap_size_limit;
}

/**
 * Refuses work that cannot fit into the memory of this process, before it begins.
 * @param what as the beginning of a sentence: `"20,000,000 trials"`
 * @param bytes what it needs at least, in all
 */
export function requireMemory(what: string, bytes: number, limit = memoryLimit()): void {
  if (bytes <= limit) return;
  throw new UserError(
    `${what} need about ${gigabytes(bytes)} of memory, and this process may take ${gigabytes(limit)}: ask for fewer, or let ` +
      "it take more (NODE_OPTIONS=--max-old-space-size=<megabytes>)",
  );
}

/** Refuses files that cannot fit on the disk of a folder, which need not exist yet. @param what as of {@link requireMemory} */
export function requireDisk(what: string, bytes: number, folder: string): void {
  let place = resolve(folder);
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  const { bavail, bsize } = statfsSync(place);
  if (bytes <= bavail * bsize) return;
  throw new UserError(
    `${what} need about ${gigabytes(bytes)} of disk, and ${place} has ${gigabytes(bavail * bsize)} left: ask for fewer`,
  );
}

function gigabytes(bytes: number): string {
  const value = bytes / 1e9;
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US")} GB`;
}
