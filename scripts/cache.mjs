// @ts-check
// The one place among the scripts that knows where large files live. src/ has its own function for the same
// rule, since the compiled package must not import scripts; so the rule stays trivial.
import { homedir } from "node:os";
import { join, resolve } from "node:path";

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
  { prefix: "downloads", purpose: "downloads not yet unpacked" },
  { prefix: "cifar10", purpose: "CIFAR-10, fetched by `flatenn data`" },
  { prefix: "chromium-", purpose: "the browser that draws figures into files" },
  { prefix: "jupyter-", purpose: "a Python environment that runs the notebooks" },
  { prefix: "lab-settings", purpose: "what you set in JupyterLab under `npm run lab`" },
];

/**
 * What an entry of the cache directory is for, or undefined if it is none of ours. Everything that flatenn
 * puts there begins with one of CACHE_PARTS, leftovers of interrupted steps (*.partial) included.
 *
 * @param {string} name
 */
export function cachePurpose(name) {
  return CACHE_PARTS.find(({ prefix }) => name === prefix || name.startsWith(prefix))?.purpose;
}
