import fc from "fast-check";
import { UserError } from "../../../src/base/errors.js";

/** Something that the product reads from outside: with every input it gives a right answer, or a `UserError`. */
export interface Reader<T = unknown> {
  readonly what: string;
  readonly inputs: fc.Arbitrary<T>;
  readonly read: (input: T) => unknown;
  /** What holds of every answer. @throws where it does not */
  readonly holds?: (answer: never, input: T) => void;
  /** Errors that say a user's mistake in another way. */
  readonly refuses?: (error: unknown) => boolean;
  /** How many cases in a thousand of all are of this one; default: 40. Those that take long have few. */
  readonly share?: number;
}

/** Keeps the types of one reader together. */
export const reader = <T>(one: Reader<T>): Reader => one as unknown as Reader;

/** Seconds of computing that one input may take. */
const PATIENCE = 5;
/** Megabytes by which the process may grow while one reader is tried: what is read is small. */
const GROWTH = 1000;

/** Tries a reader on so many inputs; a failure shows the smallest input that was found, and the seed. */
export async function tryReader(one: Reader, cases: number, seed: number): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  await fc.assert(
    fc.asyncProperty(one.inputs, async (input) => {
      const begun = process.cpuUsage();
      await tryOnce(one, input);
      const { user, system } = process.cpuUsage(begun);
      const seconds = (user + system) / 1e6;
      if (seconds > PATIENCE) throw new Error(`took ${seconds.toFixed(1)} s`);
    }),
    { numRuns: cases, seed },
  );
  const growth = (process.resourceUsage().maxRSS - before) / 1024;
  if (growth > GROWTH) throw new Error(`${one.what}: the process grew by ${Math.round(growth)} MB`);
}

async function tryOnce({ read, holds, refuses }: Reader, input: unknown): Promise<void> {
  let answer: unknown;
  try {
    answer = await read(input);
  } catch (error) {
    if (error instanceof UserError) {
      if (error.message === "") throw new Error("a UserError without words");
      return;
    }
    if (refuses?.(error)) return;
    throw error;
  }
  holds?.(answer as never, input);
}
