import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { sweepHalfWritten, writeFileAtomic } from "../../base/files/atomic.js";
import { networkFile } from "../../base/files/network-file.js";
import { JOB, type JobOptions, requireJob } from "../../base/progress.js";
import { requireMemory } from "../../base/room.js";
import { type ReadOptions, requireRead } from "../results/results.js";
import { type DirectionSource, namedDirection } from "./directions.js";
import { headShape, type SharpnessHead } from "./documents.js";
import { documentsIn, readAllStored, readStored, requireSame } from "./stored.js";
import { plus } from "./vector.js";

const FORMAT = "flatenn-landscape-1";

/** What decides the numbers of a landscape. */
export interface LandscapeHead extends Omit<SharpnessHead, "settings" | "maps"> {
  /** One row of losses along each of several directions, or a plane of two. */
  readonly kind: "lines" | "plane";
  /** Names of directions: of the rows, or of the plane's x and y. */
  readonly directions: readonly string[];
  /** Steps along a direction, in units of the norm of the weights. */
  readonly steps: readonly number[];
  /** What random directions are drawn from, followed by their number. */
  readonly directionKey: readonly (string | number)[];
}

/** The loss of the deployed network around its weights, as it is stored. */
export interface LandscapeDocument extends LandscapeHead {
  readonly format: string;
  /** Losses in nats: of each direction over the steps; of a plane one row for each y, over x. */
  readonly rows: readonly (readonly number[])[];
}

const numbers = z.array(z.number());
const KIND = {
  format: FORMAT,
  schema: z.strictObject({
    ...headShape,
    kind: z.enum(["lines", "plane"]),
    directions: z.array(z.string()).min(1),
    steps: numbers,
    directionKey: z.array(z.union([z.string(), z.number()])),
    rows: z.array(numbers),
  }) as unknown as z.ZodType<LandscapeDocument>,
};

/** Bytes of a loss in memory and in the text of its document. */
const BYTES_PER_LOSS = 30;

/** `count` steps from -1 to 1; an odd count has 0 among them. */
export function landscapeSteps(count: number): number[] {
  if (!(Number.isInteger(count) && count >= 3 && count % 2 === 1))
    throw new UserError(`points must be an odd number of at least 3, got ${count}`);
  requireMemory(`${count.toLocaleString("en-US")} points a side`, count * count * BYTES_PER_LOSS);
  return Array.from({ length: count }, (_, i) => (2 * i - (count - 1)) / (count - 1));
}

/** Where a folder of a run has a landscape; ids of fault models become parts of a file's name. */
export function landscapePath(folder: string, { kind, directions, ...network }: LandscapeHead): string {
  const name =
    kind === "lines"
      ? kind
      : `plane-${directions.map((d) => d.replace(":", "").replaceAll(/[:/]/g, "-")).join("-")}`;
  return networkFile(documentsIn(folder), network, `-${name}.json`);
}

/**
 * Evaluates the rows that the document at a path lacks; each is stored at once.
 * @throws UserError if the document was made of another network or with other settings; the signal's reason when aborted
 */
export async function measureLandscape(
  head: LandscapeHead,
  source: DirectionSource,
  path: string,
  options: JobOptions = {},
): Promise<LandscapeDocument> {
  const { onProgress, signal } = requireJob("measureLandscape", options, JOB);
  let document = openLandscape(path, head);
  const { kind, directions, steps } = head;
  const { weights, loss } = source.surface;
  const count = kind === "lines" ? directions.length : steps.length;
  if (document.rows.length === count) return document;
  const vectors = directions.map((name) => namedDirection(name, source));
  const [x, y] = vectors;
  const begun = performance.now();
  let evaluated = 0;
  for (let row = document.rows.length; row < count; row++) {
    const [from, along] = kind === "lines" ? [weights, vectors[row]!] : [plus(weights, y!, steps[row]!), x!];
    const losses = steps.map((step) => {
      const found = loss(plus(from, along, step));
      onProgress?.({
        done: row * steps.length + (++evaluated % steps.length),
        of: count * steps.length,
        rate: (1000 * evaluated) / (performance.now() - begun),
        unit: "points/s",
        note: kind,
      });
      return found;
    });
    document = { ...document, rows: [...document.rows, losses] };
    writeFileAtomic(path, `${JSON.stringify(document)}\n`);
    await setImmediate();
    signal?.throwIfAborted();
  }
  return document;
}

function openLandscape(path: string, head: LandscapeHead): LandscapeDocument {
  sweepHalfWritten(dirname(path));
  if (!existsSync(path)) return { format: FORMAT, ...head, rows: [] };
  const { format, rows, ...found } = readStored(path, KIND);
  requireSame(path, found, head);
  return { format, ...head, rows };
}

/** Reads one landscape. @throws UserError if it is not of the form */
export function readLandscape(path: string): LandscapeDocument {
  return readStored(path, KIND);
}

/** Every whole landscape in the folder of a run. @throws as `readDocuments` does */
export function readLandscapes(folder: string, options: ReadOptions = {}): LandscapeDocument[] {
  return readAllStored(
    folder,
    /-seed\d+-(lines|plane-.*)\.json$/,
    KIND,
    requireRead("readLandscapes", options),
  ).filter(
    ({ kind, directions, steps, rows }) => rows.length === (kind === "lines" ? directions : steps).length,
  );
}
