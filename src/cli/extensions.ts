import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UserError } from "../base/errors.js";

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
    try {
      await import(pathToFileURL(path).href);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // of a file that is not there Node says where it was asked for: here, which tells a user nothing
      const why = message.replace(` imported from ${fileURLToPath(import.meta.url)}`, "");
      throw new UserError(
        `--extension ${file} cannot be loaded: ${why}; it must be a JavaScript ` +
          'module (compile TypeScript first) that imports from "flatenn", in a folder where this package is installed',
        { cause: error },
      );
    }
    loaded.add(path);
  }
}

/** Arguments that make a child process load the same. */
export function extensionArguments(): string[] {
  return [...loaded].flatMap((path) => ["--extension", path]);
}
