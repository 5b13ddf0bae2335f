import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { networkFile } from "../../base/files/network-file.js";
import { idSchema } from "../../base/schema.js";
import { engineTitle } from "../../inference/choice.js";
import { recordedVariables } from "../../tensors/backend/environment.js";
import type { Store } from "./store.js";

/** How fast a network was trained, and on what: the only results that differ from run to run. */
export interface Timing {
  readonly arm: string;
  readonly seed: number;
  /** Median over the training's reports; of the last process, if it was interrupted. */
  readonly millisecondsPerStep: number;
  /** Images of a step. */
  readonly batch: number;
  readonly machine: Machine;
}

/** What the speed depends on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly platform: string;
  readonly node: string;
  /** What evaluates deployed networks: such as `native, AVX2`. Timings of version 0.2 and before lack it. */
  readonly engine?: string;
  /** Variables that can change what a process does and that no program undoes, where any is set. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The same as it stands in a file. */
export const timingSchema: z.ZodType<Timing> = z.strictObject({
  arm: idSchema,
  seed: z.int().min(0),
  millisecondsPerStep: z.number().positive(),
  batch: z.int().positive(),
  machine: z.strictObject({
    processor: z.string(),
    cores: z.int().positive(),
    memoryGigabytes: z.number().min(0),
    platform: z.string(),
    node: z.string(),
    engine: z.exactOptional(z.string()),
    variables: z.exactOptional(z.record(z.string(), z.string())),
  }),
});

/** Stores a timing beside the run's networks. */
export function saveTiming({ directory }: Pick<Store, "directory">, timing: Timing): void {
  writeFileAtomic(timingPath(directory, timing), `${JSON.stringify(timing, null, 2)}\n`);
}

/** Where a run's folder has the timing of a network. */
export function timingPath(directory: string, { arm, seed }: Pick<Timing, "arm" | "seed">): string {
  return networkFile(join(directory, "timings"), { arm, seed });
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
  const processors = cpus();
  const variables = recordedVariables();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    ...(Object.keys(variables).length > 0 && { variables }),
    engine: engineTitle(),
  };
}
