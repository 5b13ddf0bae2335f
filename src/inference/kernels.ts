import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { UserError } from "../base/errors.js";

/** One instance of the compiled kernels, with a memory of its own. */
export interface Kernels {
  readonly variant: KernelVariant;
  readonly memory: ArrayBuffer;
  /** Evaluates `count` layers described from address `layers` on (assembly/fields.ts). */
  run(layers: number, count: number): void;
}

/** `relaxed` uses 8-bit dot products, which need WebAssembly's relaxed SIMD; `strict` runs everywhere. */
export type WasmVariant = "strict" | "relaxed";
/** Compiled C++ (native/), by the processor's instructions that it uses. */
export type NativeVariant = "avx2" | "avxvnni" | "avx512vnni";
export type KernelVariant = WasmVariant | NativeVariant;

export function isNative(variant: KernelVariant): variant is NativeVariant {
  return variant !== "strict" && variant !== "relaxed";
}

/** What the addon gives (native/addon.cc). */
interface Addon {
  /** The fastest first. */
  names(): NativeVariant[];
  memory(bytes: number): ArrayBuffer;
  run(name: NativeVariant, memory: ArrayBuffer, layers: number, count: number): void;
}

const modules = new Map<WasmVariant, WebAssembly.Module | null>();
let addon: Addon | null | undefined;

/** Whether this runtime and this processor can run a variant. */
export function supports(variant: KernelVariant): boolean {
  return isNative(variant) ? nativeVariants().includes(variant) : compiled(variant) !== null;
}

/** The native variants that this processor can run, the fastest first; none where the set-up had no compiler. */
export function nativeVariants(): readonly NativeVariant[] {
  return loadAddon()?.names() ?? [];
}

/** Instantiates a variant with a memory of at least so many bytes. @throws UserError if there is no such variant here */
export function loadKernels(variant: KernelVariant, bytes: number): Kernels {
  if (!supports(variant))
    throw new UserError(
      `there are no kernels "${variant}" here: ${isNative(variant) ? NATIVE_MISSING : `this Node.js (${process.version}) has no relaxed SIMD; use "strict"`}`,
    );
  return isNative(variant) ? nativeKernels(variant, bytes) : wasmKernels(variant, bytes);
}

/** Why there may be no native kernels. */
export const NATIVE_MISSING =
  "the set-up compiles native ones for x86-64 processors with AVX2, where it finds a C++ compiler; npm run doctor tells";

function nativeKernels(variant: NativeVariant, bytes: number): Kernels {
  const { memory: allocate, run } = loadAddon()!;
  const memory = allocate(bytes);
  return { variant, memory, run: (layers, count) => run(variant, memory, layers, count) };
}

function wasmKernels(variant: WasmVariant, bytes: number): Kernels {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  // The compiler adds an abort import only where an assertion is left; none is.
  const { exports } = new WebAssembly.Instance(compiled(variant)!, { env: { memory } });
  return { variant, memory: memory.buffer, run: exports["run"] as Kernels["run"] };
}

const PAGE = 65536;

function loadAddon(): Addon | null {
  if (addon !== undefined) return addon;
  const file = built("native.node");
  try {
    addon = existsSync(file) ? (createRequire(import.meta.url)(file.pathname) as Addon) : null;
  } catch {
    addon = null; // compiled for another system: WebAssembly does the work
  }
  return addon;
}

function compiled(variant: WasmVariant): WebAssembly.Module | null {
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

function readModule(variant: WasmVariant): BufferSource {
  const file = built(`${variant}.wasm`);
  if (!existsSync(file))
    throw new UserError(
      `the inference kernels are not built (no dist/inference/${variant}.wasm); run npm run build`,
    );
  return new Uint8Array(readFileSync(file));
}

/** A file of the build: the same place seen from src/inference and from dist/inference. */
function built(name: string): URL {
  return new URL(`../../dist/inference/${name}`, import.meta.url);
}
