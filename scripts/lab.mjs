// @ts-check
// npm run lab: opens JupyterLab on the notebooks, with the repository's own kernel, from a Python environment of its own.
//   npm run lab                        opens a browser on notebooks/00-overview.ipynb
//   npm run lab -- 00-overview         or on the notebook whose name begins so
//   npm run lab -- --no-browser        prints the address only
//   npm run lab -- --port 8889         on another port than 8888
//   npm run lab -- --directory FOLDER  on other notebooks
//   npm run lab -- --fresh             without the settings and open tabs of last time
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheDirectory, claim } from "./cache.mjs";
import { scratchDirectory, writeAtomically } from "./files.mjs";
import { jupyterDirectory, jupyterEnvironment, jupyterPython } from "./jupyter.mjs";
import { handleInterrupts, interruptedExitCode, run, runMain, SetupProblem, say } from "./processes.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const usage = "usage: npm run lab -- [--no-browser] [--port N] [--directory DIRECTORY] [--fresh] [NOTEBOOK]";

/** @param {string[]} args */
async function main(args) {
  const { browser, port, directory, fresh, name } = options(args);
  const notebooks = readdirSync(directory).filter((file) => file.endsWith(".ipynb"));
  const notebook = notebooks.sort().find((file) => file.startsWith(name));
  if (notebook === undefined) {
    throw new SetupProblem(
      `no notebook has a name that begins with ${name}; there are ${notebooks.join(", ")}`,
    );
  }
  const python = await jupyterPython("lab-requirements.txt");
  const scratch = scratchDirectory("flatenn-lab-");
  const settings = join(cacheDirectory(), "lab-settings");
  if (!fresh) claim(settings);
  const env = labEnvironment(scratch, fresh ? scratch : settings);
  // Signed, so that their outputs are shown as they are: an untrusted notebook's figures are not interactive.
  const paths = notebooks.map((file) => join(directory, file));
  const trusted = await run(python, [join(jupyterDirectory, "trust.py"), ...paths], { env });
  if (trusted.code !== 0) say(`the notebooks could not be signed as trusted:\n${trusted.output.trimEnd()}`);
  say("opening JupyterLab; Ctrl-C ends it");
  return await serve(
    python,
    [
      ...[
        "-m",
        "jupyterlab",
        "--log-level=WARN",
        `--ServerApp.root_dir=${dirname(directory)}`,
        "--LabApp.extension_manager=readonly",
      ],
      `--LabApp.default_url=/lab/tree/${basename(directory)}/${notebook}`,
      ...(browser ? [] : ["--no-browser"]),
      ...(port === undefined ? [] : [`--port=${port}`]),
      // Jupyter refuses to run as root unless told so; in a container there is nobody else.
      ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ],
    env,
  );
}

/** @param {string[]} args */
function options(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        "no-browser": { type: "boolean" },
        port: { type: "string" },
        directory: { type: "string" },
        fresh: { type: "boolean", default: false },
        help: { type: "boolean" },
      },
    });
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    return {
      browser: !values["no-browser"],
      port: values.port,
      fresh: values.fresh,
      directory: resolve(values.directory ?? join(root, "notebooks")),
      name: positionals[0] ?? "",
    };
  } catch (error) {
    throw new SetupProblem(`${/** @type {Error} */ (error).message}\n${usage}`);
  }
}

/**
 * As for running notebooks, but with settings that last: theme, shortcuts, open tabs, which notebooks are trusted.
 *
 * @param {string} scratch
 * @param {string} settings
 */
function labEnvironment(scratch, settings) {
  const config = join(settings, "config");
  mkdirSync(join(config, "labconfig"), { recursive: true });
  // It asks, at the first start, whether to fetch news from the network.
  const page = { disabledExtensions: { "@jupyterlab/apputils-extension:announcements": true } };
  writeAtomically(join(config, "labconfig", "page_config.json"), JSON.stringify(page));
  // With JUPYTER_NO_CONFIG the environment's own packages would not be found either.
  const { JUPYTER_NO_CONFIG, ...env } = jupyterEnvironment(scratch);
  return { ...env, JUPYTER_CONFIG_DIR: config, JUPYTER_DATA_DIR: join(settings, "data") };
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} its exit code
 */
function serve(command, args, env) {
  // A group of its own: Ctrl-C in the terminal would ask "Shutdown this notebook server?" instead of ending it.
  const child = spawn(command, args, {
    env,
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    detached: process.platform !== "win32",
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.kill("SIGTERM"));
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", (status) => done(interruptedExitCode() ?? status ?? 1));
  });
}

handleInterrupts();
await runMain(main);
