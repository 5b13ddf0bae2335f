import { UserError } from "../base/errors.js";
import { requireOneOf } from "../base/options.js";
import { type KernelVariant, NATIVE_MISSING, nativeVariants, supports } from "./kernels.js";
import { passesSelfTest } from "./self-test.js";

/** What evaluates deployed networks: kernels, or the scalar reference. All give the same integers. */
export type EngineVariant = KernelVariant | "reference";

/** Every variant, in the words of a report. */
export const ENGINE_TITLES: Readonly<Record<EngineVariant, string>> = {
  avx512vnni: "native, AVX-512 VNNI",
  avxvnni: "native, AVX-VNNI",
  avx2: "native, AVX2",
  relaxed: "WebAssembly, relaxed SIMD",
  strict: "WebAssembly",
  reference: "scalar reference",
};

/** What $FLATENN_ENGINE may ask for. */
const ENGINES = {
  native: bestNative,
  wasm: bestWasm,
  reference: () => "reference",
} as const satisfies Record<string, () => EngineVariant>;

const passed = new Map<KernelVariant, boolean>();

/**
 * The engine that $FLATENN_ENGINE asks for, `native`, `wasm` or `reference`; without it the fastest kernels that are right
 * here: native ones, else WebAssembly.
 * @throws UserError for another word, and for `native` where there are no native kernels
 */
export function bestVariant(engine = process.env["FLATENN_ENGINE"]): EngineVariant {
  if (engine) return ENGINES[requireOneOf("FLATENN_ENGINE", engine as keyof typeof ENGINES, ENGINES)]();
  return nativeVariants().find(isRight) ?? bestWasm();
}

/** What evaluates by default here, in words. */
export function engineTitle(): string {
  return ENGINE_TITLES[bestVariant()];
}

function bestNative(): EngineVariant {
  const found = nativeVariants().find(isRight);
  if (found) return found;
  throw new UserError(`FLATENN_ENGINE is native, but there are no native kernels here: ${NATIVE_MISSING}`);
}

/**
 * `relaxed` where the runtime has its instructions and they give the scalar reference's codes in the first, hastily compiled
 * calls as in later ones; else `strict`. Node 20 is known to miscompile another relaxed instruction, so presence alone is no
 * proof.
 */
function bestWasm(): EngineVariant {
  return supports("relaxed") && isRight("relaxed") ? "relaxed" : "strict";
}

function isRight(variant: KernelVariant): boolean {
  const known = passed.get(variant);
  if (known !== undefined) return known;
  const right = passesSelfTest(variant);
  passed.set(variant, right);
  return right;
}
