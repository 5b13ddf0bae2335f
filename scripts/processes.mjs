// @ts-check
// Child processes with progress, and an end by Ctrl-C that leaves nothing half done.
import { spawn, spawnSync } from "node:child_process";

/** Something that the user can mend: its message is printed without a stack trace. */
export class SetupProblem extends Error {
  /** @override */
  name = "SetupProblem";
}

/** Thrown on the way out after Ctrl-C. */
export class Interrupted extends Error {
  /** @override */
  name = "Interrupted";
}

const SIGNALS = /** @type {const} */ ({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 });
/** @type {Set<import("node:child_process").ChildProcess>} */
const children = new Set();
/** @type {keyof typeof SIGNALS | undefined} */
let interruption;

/** From now on a signal ends the children and then, through `checkInterrupted`, this process. */
export function handleInterrupts() {
  for (const signal of /** @type {(keyof typeof SIGNALS)[]} */ (Object.keys(SIGNALS))) {
    process.on(signal, () => {
      if (interruption !== undefined) process.exit(128 + SIGNALS[signal]); // the second time at once
      interruption = signal;
      for (const child of children) child.kill("SIGTERM");
      // npm would first take its half-made tree apart for a minute; the next run starts afresh anyway.
      setTimeout(() => {
        for (const child of children) child.kill("SIGKILL");
      }, 1_000).unref();
    });
  }
}

/**
 * Runs a script to its exit code; what the user can mend is told without a stack trace.
 *
 * @param {(args: string[]) => Promise<number>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (error instanceof Interrupted) process.exitCode = interruptedExitCode() ?? 1;
    else if (error instanceof SetupProblem) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    } else throw error;
  }
}

/** The shell's exit code for the signal that came, or undefined. */
export function interruptedExitCode() {
  return interruption && 128 + SIGNALS[interruption];
}

export function checkInterrupted() {
  if (interruption !== undefined) throw new Interrupted();
}

/**
 * One line for the user. It goes to stderr: stdout belongs to the command that the set-up is for.
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`[set-up] ${line}\n`);
}

/**
 * Runs a program to its end and shows how far it is: on a terminal in place, else (a log file) every 10 s.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{
 *   cwd?: string,
 *   env?: NodeJS.ProcessEnv,
 *   progress?: (output: string) => string,
 *   inherit?: boolean,
 *   timeoutSeconds?: number,
 * }} [options] `progress` gets what was printed so far; `inherit` lets the program write to the terminal itself
 * @returns {Promise<{ code: number, output: string }>} code 127 if the program does not exist
 */
export async function run(command, args, options = {}) {
  checkInterrupted();
  const { cwd, env = process.env, progress, inherit = false, timeoutSeconds } = options;
  const started = Date.now();
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ["ignore", inherit ? process.stderr : "pipe", inherit ? process.stderr : "pipe"],
    // npm is a .cmd file on Windows, which only a shell starts.
    shell: process.platform === "win32" && command === "npm",
    ...(timeoutSeconds === undefined ? {} : { timeout: timeoutSeconds * 1000 }),
  });
  children.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      output = (output + text).slice(-65_536);
    });
  }
  const terminal = process.stderr.isTTY && !inherit;
  const ticker = setInterval(
    () => {
      const seconds = Math.round((Date.now() - started) / 1000);
      const text = [`${seconds} s`, progress?.(output)].filter(Boolean).join(", ");
      process.stderr.write(terminal ? `\r\x1b[2K[set-up]   ${text}` : `[set-up]   ${text}\n`);
    },
    terminal ? 500 : 10_000,
  );
  try {
    const code = await new Promise((done) => {
      child.once("error", (error) => {
        output += error.message;
        done(127);
      });
      child.once("close", (status) => done(status ?? 1));
    });
    checkInterrupted();
    return { code, output };
  } finally {
    clearInterval(ticker);
    if (terminal) process.stderr.write("\r\x1b[2K");
    children.delete(child);
  }
}

/**
 * Whether a short question to a program (`--version`) is answered; its answer, trimmed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export function ask(command, args, env = process.env) {
  const { status, stdout } = spawnSync(command, args, { env, encoding: "utf8", timeout: 20_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * The end of a program's output, indented, for an error message.
 *
 * @param {string} output
 * @param {number} [lines]
 */
export function lastLines(output, lines = 12) {
  return output
    .trim()
    .split("\n")
    .slice(-lines)
    .map((line) => `    ${line}`)
    .join("\n");
}
