import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { fileName } from "../../base/files/file-name.js";
import { readJson } from "../../base/files/read-json.js";
import type { Failure } from "./rows.js";
import type { Store } from "./store.js";

/** The failure of a network of these settings, if the store has one. */
export function readFailure(
  store: Pick<Store, "directory">,
  arm: string,
  seed: number,
  config: string,
): Failure | undefined {
  const path = pathOf(store, arm, seed);
  if (!existsSync(path)) return undefined;
  const found = readJson(path) as Failure;
  return found.config === config ? found : undefined;
}

/** Keeps a failure. */
export function saveFailure(store: Store, failure: Failure): void {
  writeFileAtomic(pathOf(store, failure.arm, failure.seed), `${JSON.stringify(failure, null, 2)}\n`);
}

function pathOf({ directory }: Pick<Store, "directory">, arm: string, seed: number): string {
  return join(directory, "failed", fileName(`${arm}-seed${seed}.json`));
}
