// @ts-check
// Says what is there, what is missing, how much disk it takes and what each part is for. Changes nothing.
// Exit code 1 if something is missing that `npm start` needs (most of it `npm start` itself sets up).
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as addon from "./addon.mjs";
import { buildMissing } from "./build.mjs";
import { CACHE_PARTS, cacheDirectory } from "./cache.mjs";
import { findCompiler } from "./compiler.mjs";
import { packagesMissing } from "./dependencies.mjs";
import { diskSize, megabytes } from "./files.mjs";
import { kernelsMissing, REASONS } from "./native-kernels.mjs";
import { ask } from "./processes.mjs";
import * as tensorflow from "./tensorflow.mjs";

/**
 * @typedef {object} Part
 * @property {string} title
 * @property {string} purpose
 * @property {boolean} needed by `npm start`
 * @property {string} [found] what is there, undefined if it is missing
 * @property {string} [path]
 * @property {string} [todo] what to do if it is missing
 */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = cacheDirectory();
const BY_ITSELF = "nothing by hand: `npm start` and `npm test` set it up";

/** @param {string} prefix */
function cached(prefix) {
  const names = existsSync(cache) ? readdirSync(cache) : [];
  return names.filter((name) => name.startsWith(prefix) && !name.endsWith(".partial"));
}

/** @returns {Part} */
function node() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  return {
    title: "Node.js",
    purpose: "runs everything",
    needed: true,
    ...(good ? { found: process.version } : {}),
    path: process.execPath,
    todo: `install 20.19 or later (this is ${process.version})`,
  };
}

/** @returns {Part} */
function packages() {
  const missing = packagesMissing(root);
  return {
    title: "npm packages",
    purpose: "libraries and tools of package-lock.json",
    needed: true,
    ...(missing ? {} : { found: "as locked" }),
    path: join(root, "node_modules"),
    todo: `${missing}; ${BY_ITSELF}`,
  };
}

/** @returns {Part} */
function library() {
  const part = { title: "TensorFlow library", purpose: "training and tensors", needed: true };
  if (addon.installedAddon(root) === "upstream") {
    const found = "2.9.1, the npm package's own: old and with known security holes";
    return { ...part, found, path: join(root, "node_modules/@tensorflow/tfjs-node/deps") };
  }
  const wheel = tensorflow.WHEELS[tensorflow.platformName()];
  const path = tensorflow.tensorflowDirectory(cache);
  if (wheel && tensorflow.tensorflowReady(path, wheel))
    return { ...part, found: tensorflow.TENSORFLOW_VERSION, path };
  return { ...part, path, todo: wheel ? BY_ITSELF : `none is published for ${tensorflow.platformName()}` };
}

/** @returns {Promise<Part>} */
async function compiledAddon() {
  const path = addon.addonPath(root);
  const part = {
    title: "compiled addon",
    purpose: "the link between Node.js and TensorFlow",
    needed: true,
    path,
  };
  const key = existsSync(path) ? addon.installedAddon(root) : undefined;
  if (key === undefined) return { ...part, todo: BY_ITSELF };
  try {
    return { ...part, found: `loads and computes: ${(await addon.checkAddon(path)).split("\n").at(-1)}` };
  } catch (error) {
    return { ...part, todo: String(/** @type {Error} */ (error).message) };
  }
}

/** @returns {Part} */
function dist() {
  const missing = existsSync(join(root, "node_modules")) ? buildMissing(root) : "dist is missing";
  return {
    title: "compiled sources",
    purpose: "what the commands and notebooks run",
    needed: true,
    ...(missing ? {} : { found: "up to date" }),
    path: join(root, "dist"),
    todo: `${missing}; ${BY_ITSELF}`,
  };
}

/** What evaluates networks: asked of the engine itself, which tests its kernels before it uses them. */
async function kernels() {
  const part = {
    title: "native kernels",
    purpose: "evaluates networks faster than WebAssembly",
    needed: false,
  };
  const path = join(root, "dist", "inference", "native.node");
  const why = kernelsMissing(root);
  const todo = why ? `nothing, WebAssembly does the work: ${REASONS[why]}` : BY_ITSELF;
  try {
    const { engineTitle } = await import("../dist/inference/choice.js");
    const found = `networks are evaluated by: ${engineTitle()}`;
    return existsSync(path) ? { ...part, found, path } : { ...part, todo };
  } catch (error) {
    return { ...part, todo: String(/** @type {Error} */ (error).message) };
  }
}

/** @returns {Part} */
function fashionMnist() {
  const path = join(root, "data", "fashion-mnist");
  const files = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
  const missing = files.filter((name) => !existsSync(join(path, `${name}-ubyte.gz`)));
  return {
    title: "Fashion-MNIST",
    purpose: "the images; checked by sha256 whenever they are loaded",
    needed: true,
    ...(missing.length === 0 ? { found: "4 files" } : {}),
    path,
    todo: `${missing.length} of 4 files are missing: git restore data/fashion-mnist`,
  };
}

/** @returns {Part} */
function browser() {
  const [name] = cached("chromium-");
  const purpose = "draws figures into .svg and .png";
  const todo = "nothing by hand: unpacked out of the npm packages when the first figure is drawn";
  return {
    title: "browser",
    purpose,
    needed: false,
    ...(name ? { found: name, path: join(cache, name) } : {}),
    todo,
  };
}

/** @returns {Part} */
function jupyter() {
  const local = join(root, ".venv");
  const [name] = cached("jupyter-");
  const path = existsSync(local) ? local : name && join(cache, name);
  return {
    title: "Jupyter",
    purpose: "runs the notebooks; nothing else needs it",
    needed: false,
    ...(path ? { found: "a Python environment", path } : {}),
    todo: "nothing by hand: `npm run notebooks` sets it up",
  };
}

/** @returns {Part} */
function pip() {
  const found = tensorflow.findPip();
  return {
    title: "Python with pip",
    purpose: "downloads TensorFlow and Jupyter, once",
    needed: false,
    ...(found ? { found: `${found.command}, ${found.pip.split(" from ")[0]}` } : {}),
    todo: "sudo apt install python3-pip python3-venv, or its like",
  };
}

/** @returns {Part} */
function compiler() {
  const found = findCompiler();
  const version = found && ask(String(found[0]), [...found.slice(1), "--version"])?.split("\n")[0];
  return {
    title: "C++ compiler",
    purpose: "compiles the addon and the native kernels, once",
    needed: false,
    ...(version ? { found: version } : {}),
    todo: "sudo apt install g++, or its like",
  };
}

/** @param {Part} part */
function print({ title, purpose, needed, found, path, todo }) {
  const bytes = path && path !== process.execPath ? diskSize(path) : 0;
  const size = bytes > 0 ? ` (${megabytes(bytes)})` : "";
  const mark = found ? "there  " : needed ? "MISSING" : "missing";
  const place = path?.startsWith(`${root}/`) ? relative(root, path) : path;
  console.log(`${mark}  ${title.padEnd(19)} ${found ?? ""}${found ? size : ""}`);
  console.log(`         ${"".padEnd(19)} for: ${purpose}`);
  if (place && (found || bytes > 0)) console.log(`         ${"".padEnd(19)} in: ${place}`);
  if (!found) console.log(`         ${"".padEnd(19)} do: ${todo}`);
}

/** Every variable that can change what is trained or counted, and what becomes of it. */
async function printVariables() {
  const path = join(root, "dist", "tensors", "backend", "environment.js");
  if (!existsSync(path)) return;
  const { INFLUENCES } = await import(pathToFileURL(path).href);
  console.log("\nVariables that could change results:");
  for (const { name, how, what } of INFLUENCES) {
    const value = process.env[name];
    const set = value === undefined ? "" : ` (now ${JSON.stringify(value)})`;
    console.log(`  ${how.padEnd(8)}  ${name}: ${what}${set}`);
  }
  const own = {
    FLATENN_CACHE: "the cache",
    FLATENN_CHROMIUM: "the browser",
    FLATENN_ENGINE: "what evaluates networks, with the same integers",
    FLATENN_PYTHON: "Python",
    CXX: "the compiler",
  };
  for (const [name, what] of Object.entries({
    ...own,
    FLATENN_RECOMPUTE: "the profile that notebooks run anew",
  })) {
    const value = process.env[name];
    console.log(
      `  chooses   ${name}: ${what}${value === undefined ? "" : ` (now ${JSON.stringify(value)})`}`,
    );
  }
}

const parts = [node(), packages(), library(), await compiledAddon(), dist(), await kernels(), fashionMnist()];
parts.push(browser(), jupyter(), pip(), compiler());
for (const part of parts) print(part);
console.log(`\nCache: ${cache} (${megabytes(diskSize(cache))}); npm run clean:cache removes it.`);
const known = CACHE_PARTS.map(({ prefix }) =>
  cached(prefix).map((name) => `${name} ${megabytes(diskSize(join(cache, name)))}`),
);
if (known.flat().length > 0) console.log(`  ${known.flat().join(", ")}`);
await printVariables();
const missing = parts.filter(({ needed, found }) => needed && !found);
console.log(
  missing.length === 0
    ? "All that `npm start` needs is there."
    : `Missing for \`npm start\`: ${missing.map(({ title }) => title).join(", ")}.`,
);
process.exit(missing.length === 0 ? 0 : 1);
