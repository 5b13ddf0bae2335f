// @ts-check
// npm run notebooks: executes notebooks/*.ts with the repository's own kernel and writes the .ipynb files.
//   npm run notebooks                  all of them
//   npm run notebooks -- 00-overview   those whose name begins so
//   npm run notebooks -- --check       writes nothing, fails if an executed notebook differs from the committed one
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { scratchDirectory, writeAtomically } from "./files.mjs";
import { jupyterDirectory, jupyterEnvironment, jupyterPython } from "./jupyter.mjs";
import { handleInterrupts, interruptedExitCode, run, runMain, SetupProblem } from "./processes.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Each takes a core, and for a while two. */
const AT_ONCE = Math.min(4, Math.max(2, availableParallelism()));
/** What execute.py prints once its kernel runs. */
const READY = /^kernel ready\r?\n/m;
const usage = "usage: npm run notebooks -- [--check] [--directory DIRECTORY] [NAME...]";

/** @param {string[]} args */
async function main(args) {
  const { check, directory, names } = options(args);
  const sources = readdirSync(directory)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .filter((name) => names.length === 0 || names.some((start) => name.startsWith(start)))
    .sort();
  if (sources.length === 0) {
    throw new SetupProblem(
      `no notebook in ${directory} has a name that begins with ${names.join(" or ") || "anything"}`,
    );
  }
  const python = await jupyterPython();
  if (directory === join(root, "notebooks")) await typeCheck();

  const scratch = scratchDirectory("flatenn-notebooks-");
  const env = jupyterEnvironment(scratch);
  let failed = 0;
  const queue = [...sources];
  // A kernel takes ports that were free just before: two that start together could take the same.
  let lastStart = Promise.resolve();
  const worker = async () => {
    for (let source = queue.shift(); source !== undefined; source = queue.shift()) {
      const target = join(directory, source.replace(/\.ts$/, ".ipynb"));
      const executed = join(scratch, source.replace(/\.ts$/, ".ipynb"));
      /** @type {() => void} */
      let kernelStarted = () => {};
      const before = lastStart;
      lastStart = new Promise((done) => {
        kernelStarted = done;
      });
      await before;
      const started = Date.now();
      const parameters = [join(directory, source), executed, ...(check ? ["--compare", target] : [])];
      const { code, output } = await execute(python, [join(jupyterDirectory, "execute.py"), ...parameters], {
        env,
        onReady: kernelStarted,
      });
      kernelStarted();
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      if (code === 0 && !check) writeAtomically(target, readFileSync(executed));
      const outcome = code === 0 ? (check ? "as committed" : "executed") : "FAILED";
      process.stdout.write(`${source.replace(/\.ts$/, "")}  ${outcome}  ${seconds} s\n`);
      if (code === 0) continue;
      failed += 1;
      process.stdout.write(`${output.trimEnd()}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (failed > 0) process.stdout.write(`${failed} of ${sources.length} notebooks failed\n`);
  return failed > 0 ? 1 : 0;
}

/** @param {string[]} args */
function options(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        check: { type: "boolean", default: false },
        directory: { type: "string" },
        help: { type: "boolean" },
      },
    });
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    return {
      check: values.check,
      directory: values.directory ?? join(root, "notebooks"),
      names: positionals,
    };
  } catch (error) {
    throw new SetupProblem(`${/** @type {Error} */ (error).message}\n${usage}`);
  }
}

/** Stricter than the kernel's own compiler, and before any notebook runs for a while only to fail. */
async function typeCheck() {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const project = join(root, "tsconfig.notebooks.json");
  const { code, output } = await run(process.execPath, [tsc, "--pretty", "false", "-p", project], {
    cwd: root,
  });
  if (code !== 0) throw new SetupProblem(`the notebooks do not type-check:\n${output.trimEnd()}`);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ env: NodeJS.ProcessEnv, onReady: () => void }} options
 * @returns {Promise<{ code: number, output: string }>} output without the line that says that the kernel runs
 */
function execute(command, args, { env, onReady }) {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const end = () => child.kill("SIGTERM");
  process.once("exit", end);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (READY.test(output)) onReady();
    });
  }
  return new Promise((done) => {
    child.once("error", (error) => {
      output += error.message;
      done({ code: 127, output });
    });
    child.once("close", (status) => {
      process.removeListener("exit", end);
      done({ code: interruptedExitCode() ?? status ?? 1, output: output.replace(READY, "") });
    });
  });
}

handleInterrupts();
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  // The notebooks' processes end with this one.
  process.on(signal, () => process.exit(interruptedExitCode() ?? 1));
}
await runMain(main);
