import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isMainThread, Worker } from "node:worker_threads";
import { messageOf, UserError } from "../../base/errors.js";
import { threadArguments } from "../../base/thread-arguments.js";
import { type FaultModel, faultModel, registerFaultModel } from "../../faults/models.js";
import { requireFaultModel } from "../../faults/probe.js";
import type { Verdict } from "./vet.js";

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
  const { address, digest } = addressOf(spec);
  if (isMainThread) await vet(spec, address);
  return register(spec, address, digest);
}

async function register(spec: string, address: string, digest: string): Promise<FaultModel> {
  let exported: unknown;
  try {
    exported = ((await import(address)) as { default?: unknown }).default;
  } catch (error) {
    throw unloadable(spec, messageOf(error));
  }
  try {
    const own = requireFaultModel(exported);
    const model = { ...own, id: `${own.id}@${digest}` };
    registerFaultModel(model);
    modules.set(model.id, resolve(spec));
    return model;
  } catch (error) {
    throw new UserError(`fault model ${spec}: ${messageOf(error)}`, { cause: error });
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

/** How a module is imported: with a query that makes a file that has changed another module, since imports are remembered. */
function addressOf(spec: string): { address: string; digest: string } {
  const path = resolve(spec);
  try {
    const digest = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 8);
    return { address: `${pathToFileURL(path).href}?sha256=${digest}`, digest };
  } catch (error) {
    throw unloadable(spec, messageOf(error));
  }
}

function unloadable(spec: string, why: string): UserError {
  return new UserError(
    `fault model ${spec} cannot be loaded: ${why}; it must be a JavaScript module (compile TypeScript first)`,
  );
}

/** Seconds in which a module has to be loaded and to answer for every code and mask: it takes a tenth of one. */
const PATIENCE = 20;

/** Compiled code in a file of its own: the same place seen from src/ and from dist/. */
const VET = new URL("../../../dist/experiments/fault-files/vet.js", import.meta.url);

/** Loads a module and tries its model in a thread of its own, which a loop or an exit in it does not outlive. @throws UserError */
async function vet(spec: string, address: string): Promise<void> {
  const worker = new Worker(VET, { workerData: { address }, execArgv: threadArguments() });
  let timer: NodeJS.Timeout | undefined;
  try {
    const { unloadable: why, unfit } = await new Promise<Verdict>((done, refuse) => {
      const wrong = (what: string) => refuse(new UserError(`fault model ${spec} ${what}`));
      worker.once("message", done);
      worker.once("error", (error) => refuse(unloadable(spec, messageOf(error))));
      worker.once("exit", () =>
        wrong(
          "ends its process, or waits for what never comes, while it is loaded or tried; it must only compute",
        ),
      );
      timer = setTimeout(
        () => wrong(`was not loaded and tried within ${PATIENCE} s: it seems to run forever`),
        1000 * PATIENCE,
      );
    });
    if (why !== undefined) throw unloadable(spec, why);
    if (unfit !== undefined) throw new UserError(`fault model ${spec}: ${unfit}`);
  } finally {
    clearTimeout(timer);
    worker.removeAllListeners();
    await worker.terminate();
  }
}
