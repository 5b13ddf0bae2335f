import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../../base/errors.js";
import { type FaultModel, faultModel, registerFaultModel } from "../../faults/models.js";
import { requireFaultModel } from "../../faults/probe.js";

/**
 * A fault model by its id, or the user's own one from a module: a path that starts with `./`, `../` or `/` or ends with
 * `.mjs` or `.js`, relative to the working directory. Its default export is a {@link FaultModel}, whose id here becomes
 * `<id>@<first 8 hexadecimal digits of the sha256 of the file>`: another content is another model, so no trial of the
 * one is taken for a trial of the other. What the module imports is not part of that, so a model should be one file.
 *
 * Loading runs the module's code. From then on `faultModel` knows the model by its id, in this thread.
 *
 * @throws UserError for an unknown id, a module that cannot be loaded, or an export that is not a pure fault model
 */
export async function loadFaultModel(spec: string): Promise<FaultModel> {
  if (!/^\.{0,2}\/|\.m?js$/.test(spec)) return faultModel(spec);
  const { exported, digest } = await load(spec);
  try {
    const own = requireFaultModel(exported);
    const model = { ...own, id: `${own.id}@${digest}` };
    registerFaultModel(model);
    modules.set(model.id, resolve(spec));
    return model;
  } catch (error) {
    throw new UserError(`fault model ${spec}: ${(error as Error).message}`, { cause: error });
  }
}

/** Paths of the modules loaded so far, by the id of their model. */
const modules = new Map<string, string>();

/** A user's own model, and the file that it was loaded from. */
export interface FaultModule {
  readonly id: string;
  readonly path: string;
}

/** The files of the user's own models among these ids: what another thread has to load to know them. */
export function faultModules(ids: readonly string[]): FaultModule[] {
  return ids.flatMap((id) => {
    const path = modules.get(id);
    return path === undefined ? [] : [{ id, path }];
  });
}

/** Loads the user's own models in another thread. @throws UserError if a file is no longer what it was */
export async function loadFaultModules(wanted: readonly FaultModule[]): Promise<void> {
  for (const { id, path } of wanted) {
    const found = await loadFaultModel(path);
    if (found.id === id) continue;
    throw new UserError(
      `${path} was changed after the command had begun: it held the fault model ${id}, now it holds ${found.id}. ` +
        "Run the command again, and leave the file as it is until it ends: another content is another model, with trials of its own",
    );
  }
}

async function load(spec: string): Promise<{ exported: unknown; digest: string }> {
  const path = resolve(spec);
  try {
    const digest = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 8);
    // The query makes a file that has changed another module: imports of one address are answered from memory.
    const module = (await import(`${pathToFileURL(path).href}?sha256=${digest}`)) as { default?: unknown };
    return { exported: module.default, digest };
  } catch (error) {
    throw new UserError(
      `fault model ${spec} cannot be loaded: ${error instanceof Error ? error.message : String(error)}; it must be a JavaScript module (compile TypeScript first)`,
      { cause: error },
    );
  }
}
