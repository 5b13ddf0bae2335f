import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * All of the environment that a peer gets. Ours may hold settings of our own backend (loadBackend pins oneDNN to AVX2), which
 * would slow the peer too; what a user has set for other libraries is no business of a comparison either.
 */
const PASSED_ON = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT"];

/** @param {NodeJS.ProcessEnv} [env] */
export function peerEnvironment(env = process.env) {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}

/**
 * A process that answers each line of JSON with one.
 *
 * @param {string} title in messages
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, isLoud?: boolean }} [options] what it prints among the errors is shown if it is loud, and
 * else where it ends too early
 */
export function startProcess(title, command, args, { env = peerEnvironment(), isLoud = false } = {}) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said = (said + text).slice(-4000);
    if (isLoud) process.stderr.write(text);
  });
  child.on("error", (error) => {
    said += error.message;
  });
  child.stdin.on("error", () => {}); // it has ended, which the missing answer tells
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    title,
    /** @param {object} request */
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value } = await lines.next();
      if (value === undefined) throw new Error(`${title} ended before it answered:\n${said}`);
      return JSON.parse(value);
    },
    end: () => child.stdin.end(),
  };
}
