import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { fileName } from "../../base/files/file-name.js";
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
  /** Variables that can change what a process does and that no program undoes, where any is set. */
  /** What evaluates deployed networks: such as `native, AVX2`. Timings of version 0.2 and before lack it. */
  readonly engine?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Stores a timing beside the run's networks. */
export function saveTiming({ directory }: Pick<Store, "directory">, timing: Timing): void {
  const path = join(directory, "timings", fileName(`${timing.arm}-seed${timing.seed}.json`));
  writeFileAtomic(path, `${JSON.stringify(timing, null, 2)}\n`);
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
