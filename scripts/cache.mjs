// @ts-check
// The one place among the scripts that knows where large files live. src/ has its own function for the same
// rule, since the compiled package must not import scripts; so the rule stays trivial.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";

/**
 * The directory that holds what is too large for the checkout and shared between checkouts:
 * $FLATENN_CACHE if set, else $XDG_CACHE_HOME/flatenn, else `flatenn` in the platform's usual cache folder.
 * An empty variable counts as not set.
 *
 * @param {{ env?: NodeJS.ProcessEnv, platform?: string, home?: string }} [options]
 * @returns {string} an absolute path, which need not exist
 */
export function cacheDirectory({ env = process.env, platform = process.platform, home = homedir() } = {}) {
  if (env.FLATENN_CACHE) return resolve(env.FLATENN_CACHE);
  if (env.XDG_CACHE_HOME) return resolve(env.XDG_CACHE_HOME, "flatenn");
  if (platform === "darwin") return join(home, "Library", "Caches", "flatenn");
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "flatenn");
  return join(home, ".cache", "flatenn");
}

/** What may lie in the cache directory: beginning of the name, and what it is for. */
export const CACHE_PARTS = [
  { prefix: "tensorflow-", purpose: "TensorFlow's native library, for training" },
  { prefix: "addon-", purpose: "the compiled link between Node.js and TensorFlow" },
  { prefix: "kernels", purpose: "the integer engine's native kernels" },
  { prefix: "downloads", purpose: "downloads not yet unpacked" },
  { prefix: "cifar10", purpose: "CIFAR-10, fetched by `flatenn data`" },
  { prefix: "chromium-", purpose: "the browser that draws figures into files" },
  {
    prefix: "jupyter-",
    purpose: "a Python environment: of notebooks, of the independent check, of the peers of the benchmark",
  },
  { prefix: "lab-settings", purpose: "what you set in JupyterLab under `npm run lab`" },
];

/**
 * What an entry of the cache directory is for, or undefined if its name is none that flatenn gives.
 *
 * @param {string} name
 */
export function cachePurpose(name) {
  return CACHE_PARTS.find(({ prefix }) => name === prefix || name.startsWith(prefix))?.purpose;
}

/** The list, in the cache directory, of what flatenn made there; src/base/files/made-here.ts has the same rule. */
export const MADE_HERE = ".flatenn-made";
const HEADER = "# What flatenn made in this folder: it replaces and removes these, and nothing else.\n";

/**
 * What the list of a folder names; none where there is no list. A line that leads out of the folder is left out.
 *
 * @param {string} folder
 * @returns {string[]}
 */
export function madeHere(folder) {
  const path = join(folder, MADE_HERE);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").split(/\r?\n/).filter(isListable);
}

/** @param {string} line */
function isListable(line) {
  const parts = line.split("/");
  const isName = (/** @type {string} */ part) => part !== "" && !/^\.{1,2}$|[\\\p{Cc}]/u.test(part);
  return parts.length <= 2 && parts.every(isName) && !line.startsWith("#");
}

/**
 * Enters a path in the cache directory's list, before anything is made by it; paths elsewhere are nobody's concern.
 *
 * @param {string} path
 * @param {string} [cache]
 * @returns {boolean} false if something is there that no list names: flatenn did not make it
 */
export function claim(path, cache = cacheDirectory()) {
  const name = relative(cache, path).split(sep).join("/");
  if (!isListable(name) || madeHere(cache).includes(name)) return true;
  if (existsSync(path)) return false;
  if (dirname(path) !== cache) claim(dirname(path), cache);
  mkdirSync(dirname(path), { recursive: true });
  const header = existsSync(join(cache, MADE_HERE)) ? "" : HEADER;
  appendFileSync(join(cache, MADE_HERE), `${header}${name}\n`);
  return true;
}

/**
 * Of the names in a folder those that the list has, and what interrupted steps left of them.
 *
 * @param {readonly string[]} names
 * @param {readonly string[]} listed
 */
export function ownNames(names, listed) {
  const leftover = /^(.+?)(?:\.old)?\.(?:\d+\.partial|partial-\d+-[A-Za-z0-9]{6})$/;
  return names.filter((name) => listed.includes(name) || listed.includes(leftover.exec(name)?.[1] ?? ""));
}
