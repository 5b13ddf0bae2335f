/** A thread that loads a fault model's module before this process does: what it breaks or never ends, breaks or ends here. */

import { parentPort, workerData } from "node:worker_threads";
import { messageOf, UserError } from "../../base/errors.js";
import { requireFaultModel } from "../../faults/probe.js";

/** What the thread says: undefined if nothing is wrong with the model, else why it is refused. */
export interface Verdict {
  /** The module itself could not be loaded. */
  readonly unloadable?: string;
  /** What it exports is no fault model. */
  readonly unfit?: string;
}

parentPort!.postMessage(await verdictOn((workerData as { address: string }).address));

async function verdictOn(address: string): Promise<Verdict> {
  let exported: unknown;
  try {
    exported = ((await import(address)) as { default?: unknown }).default;
  } catch (error) {
    return { unloadable: messageOf(error) };
  }
  try {
    requireFaultModel(exported);
    return {};
  } catch (error) {
    return { unfit: error instanceof UserError ? error.message : `apply threw ${messageOf(error)}` };
  }
}
