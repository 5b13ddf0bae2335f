import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { messageOf, UserError } from "../base/errors.js";

/** Paths of the modules loaded so far. */
const loaded = new Set<string>();

/**
 * Imports modules of the user's own, in order, before a command does anything: what they register (`datasets.registerDataset`,
 * `studies.registerStudy`) the command knows by name. They have to import from "flatenn", and that has to be the package that
 * runs: what another copy registers is not known here.
 * @throws UserError that names a file which cannot be imported
 */
export async function loadExtensions(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const path = resolve(file);
    const end = watch(file);
    try {
      await import(pathToFileURL(path).href);
    } catch (error) {
      // of a file that is not there Node says where it was asked for: here, which tells a user nothing
      const why = messageOf(error).replace(` imported from ${fileURLToPath(import.meta.url)}`, "");
      throw new UserError(
        `--extension ${file} cannot be loaded: ${why}; it must be a JavaScript ` +
          'module (compile TypeScript first) that imports from "flatenn", in a folder where this package is installed',
        { cause: error },
      );
    } finally {
      end();
    }
    loaded.add(path);
  }
}

/** Seconds after which it is said that a module is still being loaded. */
const PATIENCE = 20;

/**
 * Watches over the loading of a module, which runs in this thread and may do anything: if it ends the process, or waits for
 * what never comes, that is said and is no success; if it takes long, that is said from a thread of its own.
 * @returns what ends the watch
 */
function watch(file: string): () => void {
  const ended = () => {
    process.stderr.write(
      `flatenn: --extension ${file} ended the process, or waits for what never comes, while it was loaded; it must register and return\n`,
    );
    process.exitCode = 1;
  };
  const text = `flatenn: --extension ${file} has been loading for ${PATIENCE} s; if it never ends, Ctrl-C does\n`;
  const code = `setTimeout(() => require("node:fs").writeSync(2, ${JSON.stringify(text)}), ${1000 * PATIENCE});`;
  const watcher = new Worker(code, { eval: true, execArgv: [] });
  watcher.unref();
  process.once("exit", ended);
  return () => {
    process.off("exit", ended);
    void watcher.terminate();
  };
}

/** Arguments that make a child process load the same. */
export function extensionArguments(): string[] {
  return [...loaded].flatMap((path) => ["--extension", path]);
}
