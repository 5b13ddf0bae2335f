import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** PyTorch in a process of its own, which answers each request with a line. Undefined where there is no PyTorch. */
export async function startPeer() {
  const script = fileURLToPath(new URL("peer.py", import.meta.url));
  const child = spawn(process.env["PYTHON"] ?? "python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
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
