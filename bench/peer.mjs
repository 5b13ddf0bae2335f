import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * All of the environment that a peer gets. Ours holds settings of our own backend (loadBackend pins oneDNN to AVX2), which
 * would slow the peer too; what a user has set for other libraries is no business of a comparison either.
 */
const PASSED_ON = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT"];

/** @param {NodeJS.ProcessEnv} [env] */
export function peerEnvironment(env = process.env) {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}

/** PyTorch in a process of its own, which answers each request with a line. Undefined where there is no PyTorch. */
export async function startPeer() {
  const script = fileURLToPath(new URL("peer.py", import.meta.url));
  const child = spawn(process.env["PYTHON"] ?? "python3", [script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: peerEnvironment(),
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = await lines.next();
    return value && JSON.parse(value);
  };
  const hello = await ask({ hello: true });
  return (
    hello && {
      version: hello.version,
      run: (name, repeats) => ask({ name, repeats }),
      end: () => child.stdin.end(),
    }
  );
}
