// @ts-check
// The C++ compiler of the machine, for what the set-up compiles.
import { ask, lastLines, run, SetupProblem } from "./processes.mjs";

/**
 * The C++ compiler as a command with its first arguments: $CXX (which may be `ccache g++`), else the first of
 * g++, clang++ and c++ that runs.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string[] | undefined}
 */
export function findCompiler(env = process.env) {
  const own = env.CXX?.trim().split(/\s+/).filter(Boolean) ?? [];
  const candidates = own.length > 0 ? [own] : [["g++"], ["clang++"], ["c++"]];
  return candidates.find(
    ([command, ...args]) => ask(String(command), [...args, "--version"], env) !== undefined,
  );
}

/**
 * Runs the compiler. Ends with a SetupProblem that says what was being compiled and what the compiler says last.
 *
 * @param {string[]} compiler as {@link findCompiler} gives it
 * @param {string[]} args
 * @param {{ what: string, temporary: string, needs?: string }} job what is compiled, in words; where its temporary files go;
 * what it needs, to be said where it fails
 */
export async function compile(compiler, args, { what, temporary, needs }) {
  const [command, ...before] = compiler;
  const env = { ...process.env, TMPDIR: temporary };
  const { code, output } = await run(String(command), [...before, ...args], { env });
  if (code !== 0)
    throw new SetupProblem(
      `${what} could not be compiled with ${compiler.join(" ")}:\n${lastLines(output)}${needs ? `\n${needs}` : ""}`,
    );
}
