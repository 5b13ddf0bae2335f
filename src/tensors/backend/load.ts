import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../base/errors.js";
import { type OptionKeys, requireOneOf, requireOptions } from "../../base/options.js";
import { isPinned, pinEnvironment, THREADS } from "./environment.js";
import { registerNativeGradients } from "./gradients.js";
import {
  DEFAULT_INSTRUCTION_SET,
  INSTRUCTION_SETS,
  type InstructionSet,
  requireInstructionSet,
} from "./instruction-set.js";
import { nativeBackend } from "./native.js";

/** What computes, for provenance: results of training are bit-identical only where all of it is equal. */
export interface BackendReport {
  readonly backend: "tensorflow";
  readonly tfjs: string;
  readonly tensorflow: string;
  readonly node: string;
  readonly platform: string;
  readonly threads: number;
  /** Ceiling on the instruction set of oneDNN's kernels. */
  readonly instructionSet: string;
}

let report: BackendReport | undefined;

/** How TensorFlow is to compute. */
export interface BackendOptions {
  /** Of oneDNN's kernels at most. Default: the one that this process computes with already, else AVX2. */
  readonly instructionSet?: InstructionSet;
}

const OPTIONS: OptionKeys<BackendOptions> = { instructionSet: true };

/**
 * Loads `@tensorflow/tfjs-node`, quietly, with native gradients, one thread, a pinned instruction set and the
 * variables of environment.ts, so that training gives the same bits on every run. Safe to call again.
 * Nothing else in this package loads TensorFlow.
 * @throws UserError if the native library is missing, or the processor has no such instructions, with what to do
 */
export async function loadBackend(options: BackendOptions = {}): Promise<BackendReport> {
  const { instructionSet: asked } = requireOptions("loadBackend", options, OPTIONS);
  if (asked !== undefined) requireOneOf("instructionSet", asked, INSTRUCTION_SETS);
  if (report) return requireAlike(report, asked);
  const instructionSet = asked ?? DEFAULT_INSTRUCTION_SET;
  requireInstructionSet(instructionSet);
  if (tf.findBackendFactory("tensorflow") !== null && !isPinned(process.env, instructionSet))
    throw new UserError(
      "@tensorflow/tfjs-node was loaded before loadBackend(), which sets the variables that decide the bits of training: " +
        "leave out its import, or call `await loadBackend()` before it",
    );
  pinEnvironment(process.env, instructionSet);
  restoreRemovedUtilities();
  try {
    await import("@tensorflow/tfjs-node");
  } catch (error) {
    throw new UserError(
      `native TensorFlow could not be loaded (${String((error as Error).message).split("\n")[0]}); ` +
        "run `npm run doctor` to see what is missing, and `npm start` or `npm test` to set it up",
    );
  }
  if (tf.getBackend() !== "tensorflow") await tf.setBackend("tensorflow");
  tf.enableProdMode(); // no check of every tensor for NaN in between; the training loop checks the loss
  registerNativeGradients();
  report = {
    backend: "tensorflow",
    tfjs: tf.version_core,
    tensorflow: nativeBackend().binding.TF_Version,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    threads: THREADS,
    instructionSet,
  };
  return report;
}

/** What computes already, if that is what is asked for: TensorFlow reads its variables once. */
function requireAlike(loaded: BackendReport, asked: InstructionSet | undefined): BackendReport {
  if (asked === undefined || asked === loaded.instructionSet) return loaded;
  throw new UserError(
    `this process computes with the instruction set ${loaded.instructionSet} already and cannot change to ${asked}: begin a process of its own for each`,
  );
}

/** tfjs-node 4.22 calls two functions that Node 22 deprecates, with a warning, and Node 23 removed from `util`. */
function restoreRemovedUtilities(): void {
  const util = createRequire(import.meta.url)("node:util") as Record<string, unknown>;
  util["isNullOrUndefined"] = (value: unknown) => value === null || value === undefined;
  util["isArray"] = Array.isArray;
}
