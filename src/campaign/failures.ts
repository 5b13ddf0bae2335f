import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../checkpoints/atomic.js";
import { readJson } from "./read-json.js";
import type { Store } from "./store.js";

/** A training that failed (docs/protocol.md section 2): a result like any other, which the same settings give again. */
export interface Failure {
  readonly arm: string;
  readonly seed: number;
  /** Hash of every setting that decides the network. */
  readonly config: string;
  readonly reason: string;
  /** Where it happened, both from 1; 0 if it did not begin. */
  readonly epoch: number;
  readonly step: number;
}

/** The failure of a network of these settings, if the store has one. */
export function readFailure(store: Store, arm: string, seed: number, config: string): Failure | undefined {
  const path = pathOf(store, arm, seed);
  if (!existsSync(path)) return undefined;
  const found = readJson(path) as Failure;
  return found.config === config ? found : undefined;
}

/** Keeps a failure. */
export function saveFailure(store: Store, failure: Failure): void {
  writeFileAtomic(pathOf(store, failure.arm, failure.seed), `${JSON.stringify(failure, null, 2)}\n`);
}

function pathOf({ directory }: Store, arm: string, seed: number): string {
  return join(directory, "failed", `${arm}-seed${seed}.json`);
}
