import { isMainThread } from "node:worker_threads";
import { UserError } from "../../base/errors.js";
import { DEFAULT_INSTRUCTION_SET, type InstructionSet } from "./instruction-set.js";

/** Variables by name. */
type Variables = Record<string, string | undefined>;

/** More threads would change the order of float sums, and so the last bits. */
export const THREADS = 1;

/** What each variable is for native TensorFlow, whatever it was before; null: not set. */
const PINNED: Readonly<Record<string, string | null>> = {
  TF_CPP_MIN_LOG_LEVEL: "3",
  TF_NUM_INTRAOP_THREADS: String(THREADS),
  TF_NUM_INTEROP_THREADS: String(THREADS),
  // its default depends on the processor: on where there are instructions for it (VNNI), which the published networks had
  TF_ENABLE_ONEDNN_OPTS: process.arch === "x64" ? "1" : null,
  ONEDNN_MAX_CPU_ISA: DEFAULT_INSTRUCTION_SET,
};

/** The same for an instruction set of one's own. */
function pinned(instructionSet: InstructionSet): Readonly<Record<string, string | null>> {
  return { ...PINNED, ONEDNN_MAX_CPU_ISA: instructionSet };
}

/** Variables of the libraries that train: all that are not pinned are taken away before these are loaded. */
const OF_LIBRARIES = /^(TF|TFJS|XLA|ONEDNN|_?DNNL|MKL|MKLDNN|KMP|OMP|GOMP|OPENBLAS|ZENDNN)_/;

/** What becomes of a variable that can change what is trained or counted. */
export interface Influence {
  readonly name: string;
  /** `"set"`: as {@link PINNED}; `"removed"`: as if it were not set; `"refused"`: an error; `"recorded"`: stands in `timings/`. */
  readonly how: "set" | "removed" | "refused" | "recorded";
  readonly what: string;
}

/** Every such variable, by name or by how its name begins. */
export const INFLUENCES: readonly Influence[] = [
  ...Object.entries(PINNED).map(([name, value]) => ({
    name,
    how: value === null ? ("removed" as const) : ("set" as const),
    what:
      value === null
        ? "left to TensorFlow on this processor"
        : `${value} for training${value === DEFAULT_INSTRUCTION_SET ? ", or what a study says" : ""}`,
  })),
  {
    name: "TF_* XLA_* ONEDNN_* DNNL_* MKL_* OMP_* KMP_* OPENBLAS_*",
    how: "removed",
    what: "all others of TensorFlow and its libraries: kernels, precision, threads",
  },
  {
    name: "GLIBC_TUNABLES",
    how: "refused",
    what: "for training, where it names hwcaps: it chooses other mathematical functions",
  },
  { name: "LD_PRELOAD", how: "recorded", what: "puts other code before the system's libraries" },
  { name: "LD_LIBRARY_PATH", how: "recorded", what: "where the system's libraries are looked for" },
  { name: "DYLD_INSERT_LIBRARIES", how: "recorded", what: "as LD_PRELOAD, on macOS" },
  { name: "NODE_OPTIONS", how: "recorded", what: "can load code (--import, --require) into every process" },
];

/** The variables that are set and that nothing here can undo: with what was trained, their values are written down. */
export function recordedVariables(env: Variables = process.env): Record<string, string> {
  const names = INFLUENCES.filter(({ how }) => how === "recorded").map(({ name }) => name);
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** Whether native TensorFlow would see what {@link pinEnvironment} sets. */
export function isPinned(env: Variables = process.env, instructionSet?: InstructionSet): boolean {
  return changes(env, instructionSet).length === 0;
}

/**
 * Makes the variables of this process what training needs: the same on every machine, whatever the user has set for other
 * programs. To be called before TensorFlow is loaded, which reads them once.
 * @param instructionSet of oneDNN's kernels at most
 * @throws UserError for what cannot be set any more
 */
export function pinEnvironment(env: Variables = process.env, instructionSet?: InstructionSet): void {
  const tunables = env["GLIBC_TUNABLES"] ?? "";
  if (/hwcaps/i.test(tunables))
    throw new UserError(
      `GLIBC_TUNABLES must not name hwcaps, got ${tunables}: other mathematical functions would train other networks; unset it`,
    );
  // a worker has variables of its own, which no library sees
  if (!isMainThread && !isPinned(env, instructionSet))
    throw new UserError(
      "loadBackend in a worker thread cannot set the variables that TensorFlow reads; call it in the main thread first",
    );
  for (const [name, value] of changes(env, instructionSet)) {
    if (value === null) delete env[name];
    else env[name] = value;
  }
}

function changes(
  env: Variables,
  instructionSet: InstructionSet = DEFAULT_INSTRUCTION_SET,
): [name: string, value: string | null][] {
  const foreign = Object.keys(env).filter((name) => OF_LIBRARIES.test(name) && !Object.hasOwn(PINNED, name));
  const wanted: [string, string | null][] = [
    ...Object.entries(pinned(instructionSet)),
    ...foreign.map((name): [string, null] => [name, null]),
  ];
  return wanted.filter(([name, value]) => (env[name] ?? null) !== value);
}
