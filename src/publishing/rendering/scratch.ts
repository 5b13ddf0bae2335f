import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory for the lifetime of one browser. */
export interface Scratch {
  readonly path: string;
  remove(): void;
}

/**
 * Makes an empty directory whose name tells the process that owns it. It goes with `remove`, at the latest when the
 * process exits; what a killed process left in the same place is removed now.
 */
export function openScratch(prefix: string, parent: string = tmpdir()): Scratch {
  removeAbandoned(prefix, parent);
  const path = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  // A browser that is just being ended may still write into it: hence the retries.
  const remove = () => {
    process.removeListener("exit", remove);
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  process.on("exit", remove);
  return { path, remove };
}

function removeAbandoned(prefix: string, parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
