import { readFileSync } from "node:fs";
import { UserError } from "../../base/errors.js";

/**
 * Instruction sets of oneDNN's kernels that training can be held to, as oneDNN calls them, each with the extensions of the
 * processor that it needs, as Linux calls them. Another one gives other last bits, and so other networks.
 */
export const INSTRUCTION_SETS = {
  AVX2: ["avx2"],
  AVX512_CORE: ["avx512f", "avx512bw", "avx512dq", "avx512vl"],
} as const satisfies Record<string, readonly string[]>;

/** An instruction set. */
export type InstructionSet = keyof typeof INSTRUCTION_SETS;

/** What trains where nothing is said: processors with AVX-512 then give the bits of those without. */
export const DEFAULT_INSTRUCTION_SET = "AVX2" satisfies InstructionSet;

/** One that is not what is meant where nothing is said. */
export type OwnInstructionSet = Exclude<InstructionSet, typeof DEFAULT_INSTRUCTION_SET>;

/** A processor, as far as it is known. */
export interface Processor {
  /** As node calls it, such as `"x64"`. */
  readonly architecture: string;
  /** Names of its extensions; undefined where the system does not say. */
  readonly extensions: ReadonlySet<string> | undefined;
}

/**
 * Refuses an instruction set that this processor lacks: oneDNN would silently take the kernels of a lesser one, and so train
 * other networks. The default one is what every supported processor has, or has something of its own in place of.
 * @throws UserError that says what to do
 */
export function requireInstructionSet(set: InstructionSet, processor: Processor = thisProcessor()): void {
  if (set === DEFAULT_INSTRUCTION_SET) return;
  const { architecture, extensions } = processor;
  const lacking = INSTRUCTION_SETS[set].filter((name) => !extensions?.has(name));
  if (architecture === "x64" && lacking.length === 0) return;
  const why =
    architecture !== "x64"
      ? `this processor is of another kind (${architecture})`
      : extensions
        ? `this processor lacks ${lacking.join(", ")}`
        : "this system does not say what its processor has; Linux does";
  throw new UserError(
    `this training is held to the instruction set ${set}, and ${why}: kernels of another one would train other networks. Train on ` +
      "a processor that has it (Linux, x64), or go on from trained networks (--checkpoints): evaluating them needs it nowhere. A " +
      `study of your own without the key instructionSet trains with ${DEFAULT_INSTRUCTION_SET} everywhere`,
  );
}

/** The processor that this runs on. */
function thisProcessor(): Processor {
  return { architecture: process.arch, extensions: extensionsOfLinux() };
}

function extensionsOfLinux(): ReadonlySet<string> | undefined {
  try {
    const [, flags] = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8")) ?? [];
    return flags === undefined ? undefined : new Set(flags.trim().split(/\s+/));
  } catch {
    return undefined; // another system
  }
}
