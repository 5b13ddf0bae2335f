// @ts-check
// Python environments, for notebooks, the independent check and the benchmark's peers: made once, in the cache directory, from pinned packages.
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "./cache.mjs";
import { partialDirectory, sha256 } from "./files.mjs";
import { ask, lastLines, run, SetupProblem, say } from "./processes.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const jupyterDirectory = join(root, "jupyter");

/**
 * The Python of an environment with everything that `jupyter/<file>` lists, made if need be: 15 s and 60 MB, with
 * JupyterLab a minute and 330 MB. It is
 * named by a hash of the list and of the Python it was made with, and gets its name only when it is complete.
 *
 * @param {string} [file] a pip requirements file in jupyter/; constraints.txt there pins every package
 * @param {string} [user] what it is for, in messages
 * @param {string} [effort] how long that takes, in words
 * @returns {Promise<string>} path of the Python program; start other programs as `python -m name`
 */
export async function jupyterPython(
  file = "requirements.txt",
  user = "the notebooks",
  effort = "15 s to a minute",
) {
  const { command, version } = findPython(user);
  const requirements = withIncluded(file);
  const directory = join(cacheDirectory(), `jupyter-${sha256(`${version}\n${requirements}`).slice(0, 12)}`);
  if (existsSync(directory)) return programIn(directory);
  say(`python: making a Python environment for ${user} from ${file}, once (${effort})`);
  const partial = partialDirectory(directory);
  await step(command, ["-m", "venv", partial], "making the environment");
  const pip = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    "--prefer-binary",
  ];
  await step(programIn(partial), [...pip, "-r", join(jupyterDirectory, file)], "installing its packages");
  try {
    renameSync(partial, directory);
  } catch (error) {
    // Another run was first; its environment is as good.
    if (!existsSync(directory)) throw error;
    rmSync(partial, { recursive: true, force: true });
  }
  return programIn(directory);
}

/**
 * Variables under which Jupyter finds this repository's kernel, starts it with this Node, and sees nothing of the
 * user's own Jupyter configuration.
 *
 * @param {string} scratch an existing directory for what Jupyter writes while it runs
 * @returns {NodeJS.ProcessEnv}
 */
export function jupyterEnvironment(scratch) {
  const { PYTHONPATH, PYTHONHOME, ...rest } = process.env;
  return {
    ...rest,
    PATH: `${dirname(process.execPath)}${delimiter}${rest.PATH ?? ""}`,
    JUPYTER_PATH: jupyterDirectory,
    JUPYTER_NO_CONFIG: "1",
    JUPYTER_CONFIG_DIR: join(scratch, "config"),
    JUPYTER_DATA_DIR: join(scratch, "data"),
    JUPYTER_RUNTIME_DIR: join(scratch, "runtime"),
    IPYTHONDIR: join(scratch, "ipython"),
    TMPDIR: scratch,
    TMP: scratch,
    TEMP: scratch,
    PYTHONNOUSERSITE: "1",
    PYTHONUTF8: "1",
  };
}

/**
 * @param {string} user
 * @returns {{ command: string, version: string }}
 */
function findPython(user) {
  const own = process.env.FLATENN_PYTHON;
  const candidates = own ? [own] : process.platform === "win32" ? ["python", "py"] : ["python3", "python"];
  const question =
    "import sys; print(sys.version_info[0] * 100 + sys.version_info[1], sys.version.split()[0], sys.executable)";
  const old = [];
  for (const command of candidates) {
    const version = ask(command, ["-c", question]);
    if (version === undefined) continue;
    if (Number(version.split(" ")[0]) < 310) {
      old.push(version.split(" ")[1]);
      continue;
    }
    if (ask(command, ["-c", "import venv, ensurepip"]) !== undefined) return { command, version };
    throw new SetupProblem(
      `${command} cannot make an environment for ${user}, since its module venv is missing: ` +
        "install it (on Debian and Ubuntu: apt install python3-venv) and repeat the command",
    );
  }
  const found =
    old.length > 0 ? `only found Python ${old.join(", ")}` : `found no ${candidates.join(" or ")}`;
  throw new SetupProblem(
    `the environment for ${user} needs Python 3.10 or later: ${found}. ` +
      `Install it, or set FLATENN_PYTHON to its program. Everything but ${user} works without.`,
  );
}

/**
 * The text of a requirements file and of those it names with -r and -c.
 *
 * @param {string} file
 * @returns {string}
 */
function withIncluded(file) {
  const text = readFileSync(join(jupyterDirectory, file), "utf8");
  return text.replaceAll(/^-[rc] (.+)$/gm, (_, included) => withIncluded(included));
}

/** @param {string} directory */
function programIn(directory) {
  return process.platform === "win32"
    ? join(directory, "Scripts", "python.exe")
    : join(directory, "bin", "python");
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} what
 */
async function step(command, args, what) {
  const { code, output } = await run(command, args, { progress: () => what });
  if (code === 0) return;
  throw new SetupProblem(
    `${what} failed (exit code ${code}); repeat the command to try again:\n${lastLines(output)}`,
  );
}
