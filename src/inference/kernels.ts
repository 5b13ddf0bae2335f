import { existsSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { UserError } from "../base/errors.js";

/** One instance of the compiled kernels, with a memory of its own. */
export interface Kernels {
  readonly variant: KernelVariant;
  readonly memory: WebAssembly.Memory;
  /** Evaluates `count` layers described from address `layers` on (assembly/fields.ts). */
  run(layers: number, count: number): void;
}

/** `relaxed` uses 8-bit dot products, which need WebAssembly's relaxed SIMD; `strict` runs everywhere. */
export type KernelVariant = "strict" | "relaxed";

const modules = new Map<KernelVariant, WebAssembly.Module | null>();

/** Whether this runtime can compile a variant. */
export function supports(variant: KernelVariant): boolean {
  return compiled(variant) !== null;
}

/** Instantiates a variant. @throws UserError if the runtime lacks it, or the kernels were not built */
export function loadKernels(variant: KernelVariant): Kernels {
  const module = compiled(variant);
  if (!module) throw new UserError(`this Node.js (${process.version}) has no relaxed SIMD; use "strict"`);
  const memory = new WebAssembly.Memory({ initial: 1 });
  // The compiler adds an abort import only where an assertion is left; none is.
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { variant, memory, run: exports["run"] as Kernels["run"] };
}

function compiled(variant: KernelVariant): WebAssembly.Module | null {
  let module = modules.get(variant);
  if (module === undefined) {
    // Node 20 has the instructions behind a flag; since V8 11.4 or so there is neither flag nor need. The flag must be
    // set before the first module that uses it is compiled. Lower numbers only: an unknown flag prints a warning.
    if (variant === "relaxed" && Number(process.versions.node.split(".")[0]) < 22)
      setFlagsFromString("--experimental-wasm-relaxed-simd");
    const bytes = readModule(variant);
    module = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
    modules.set(variant, module);
  }
  return module;
}

function readModule(variant: KernelVariant): BufferSource {
  // The same place seen from src/inference and from dist/inference.
  const file = new URL(`../../dist/inference/${variant}.wasm`, import.meta.url);
  if (!existsSync(file))
    throw new UserError(
      `the inference kernels are not built (no dist/inference/${variant}.wasm); run npm run build`,
    );
  return new Uint8Array(readFileSync(file));
}
