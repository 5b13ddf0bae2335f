// @ts-check
// Step 3 of the set-up: the addon through which Node.js calls TensorFlow, compiled from the sources that the npm
// package @tensorflow/tfjs-node carries. It is pure Node-API: one compilation serves every version of Node.js.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { compile } from "./compiler.mjs";
import {
  filesBelow,
  hashFiles,
  moveIntoPlace,
  partialDirectory,
  readJson,
  sha256,
  writeAtomically,
} from "./files.mjs";
import { lastLines, run, SetupProblem, say } from "./processes.mjs";
import { TENSORFLOW_VERSION } from "./tensorflow.mjs";

const ADDON = "tfjs_binding.node";
const QUIET = "libflatenn_quiet.so";

/** @param {string} root */
const tfjsNode = (root) => join(root, "node_modules", "@tensorflow", "tfjs-node");

/** @param {string} root */
export const addonPath = (root) => join(tfjsNode(root), "lib", "napi-v8", ADDON);

/**
 * Everything that decides what the compiler produces, as a short key.
 *
 * @param {string} root
 * @param {string} tensorflow directory of the unpacked library
 */
export function addonKey(root, tensorflow) {
  const binding = join(tfjsNode(root), "binding");
  const parts = [
    hashFiles(binding, filesBelow(binding)),
    readFileSync(join(root, "scripts", "quiet.cc"), "utf8"),
    readFileSync(join(root, "scripts", "addon.mjs"), "utf8"), // the compiler's options stand here
    readJson(join(tfjsNode(root), "package.json")).version,
    readJson(join(root, "node_modules", "node-api-headers", "package.json")).version,
    `${process.platform}-${process.arch} ${TENSORFLOW_VERSION} ${tensorflow}`,
  ];
  return sha256(JSON.stringify(parts)).slice(0, 12);
}

/**
 * @param {string} cache
 * @param {string} key
 */
export const addonDirectory = (cache, key) => join(cache, `addon-${key}`);

/** @param {string} root */
const recordPath = (root) => join(tfjsNode(root), "lib", "napi-v8", "flatenn.json");

/**
 * Which addon lies in node_modules: its key, or "upstream" for the package's own download; undefined if there
 * is none, or one that the set-up did not put there, or a damaged one.
 *
 * @param {string} root
 * @returns {string | undefined}
 */
export function installedAddon(root) {
  const record = readJson(recordPath(root));
  if (record === undefined || !existsSync(addonPath(root))) return undefined;
  return statSync(addonPath(root)).size === record.bytes ? record.key : undefined;
}

/**
 * @param {string} root
 * @param {string} key
 */
export function recordAddon(root, key) {
  writeAtomically(recordPath(root), `${JSON.stringify({ key, bytes: statSync(addonPath(root)).size })}\n`);
}

/**
 * Compiles into the cache; what lies there afterwards has been loaded and has computed.
 *
 * @param {string} root
 * @param {string} tensorflow
 * @param {string} directory
 * @param {string[]} compiler
 * @param {string[]} libraries
 */
export async function compileAddon(root, tensorflow, directory, compiler, libraries) {
  say(
    `addon: compiling the link between Node.js and TensorFlow with ${compiler.join(" ")} (about 15 s, once)`,
  );
  const partial = partialDirectory(directory);
  const temporary = join(partial, "temporary");
  mkdirSync(temporary);
  const linux = process.platform === "linux";
  const job = {
    what: "the addon",
    needs: "It needs a compiler for C++17 (g++ 9, clang 9 or later); choose another one by the variable CXX.",
    temporary,
  };
  const common = ["-O2", "-std=c++17", "-fPIC", "-shared"];
  if (linux) {
    const quiet = join(root, "scripts", "quiet.cc");
    await compile(compiler, [...common, quiet, "-o", join(partial, QUIET), "-Wl,-z,initfirst"], job);
  }
  const binding = join(tfjsNode(root), "binding");
  const lib = join(tensorflow, "lib");
  const link = linux
    ? // --no-as-needed: some distributions drop libraries that no symbol is taken from, such as the quiet one.
      ["-Wl,--no-as-needed", `-L${partial}`, `-L${lib}`, ...[...libraries, QUIET].map((name) => `-l:${name}`)]
    : // Node's own functions are found in the program that loads the addon. Not tested: no Mac was at hand.
      ["-undefined", "dynamic_lookup", ...libraries.map((name) => join(lib, name))];
  await compile(
    compiler,
    [
      ...common,
      "-DNAPI_VERSION=8",
      `-I${join(root, "node_modules", "node-api-headers", "include")}`,
      `-I${join(tensorflow, "include")}`,
      join(binding, "tfjs_backend.cc"),
      join(binding, "tfjs_binding.cc"),
      ...["-o", join(partial, ADDON)],
      ...link,
      ...[lib, ...(linux ? ["$ORIGIN"] : [])].flatMap((path) => ["-Xlinker", "-rpath", "-Xlinker", path]),
    ],
    job,
  );
  rmSync(temporary, { recursive: true });
  await checkAddon(join(partial, ADDON));
  moveIntoPlace(partial, directory);
}

// Loads the addon as Node.js does later and squares three numbers with it.
const CHECK = `
const addon = require(process.argv[1]);
const input = addon.createTensor([3], addon.TF_FLOAT, new Float32Array([1, 2, 3]));
const type = { name: "T", type: addon.TF_ATTR_TYPE, value: addon.TF_FLOAT };
const [output] = addon.executeOp("Square", [type], [input], 1);
const values = Array.from(addon.tensorDataSync(output.id));
if (values.join() !== "1,4,9") throw new Error("squares of 1, 2, 3 came out as " + values);
console.log("TensorFlow " + addon.TF_Version);
`;

/**
 * @param {string} addon
 * @returns {Promise<string>} the library's version: `TensorFlow 2.21.0`, and whatever else was printed
 */
export async function checkAddon(addon) {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
  const { code, output } = await run(process.execPath, ["-e", CHECK, addon], { env });
  if (code === 0) return output.trim();
  throw new SetupProblem(
    `TensorFlow's native library does not load (exit code ${code}):\n${lastLines(output)}\n` +
      "`npm run clean:cache` and the same command again set it up anew. An illegal instruction means a processor " +
      "without AVX, which TensorFlow needs; a missing GLIBC version, a system older than the library.",
  );
}

/**
 * Copies the addon from the cache to where @tensorflow/tfjs-node looks for it.
 *
 * @param {string} root
 * @param {string} directory
 * @param {string} key
 */
export function placeAddon(root, directory, key) {
  const target = join(tfjsNode(root), "lib", "napi-v8");
  mkdirSync(target, { recursive: true });
  rmSync(recordPath(root), { force: true });
  // a process that has an old file open keeps it
  for (const name of filesBelow(directory))
    writeAtomically(join(target, name), readFileSync(join(directory, name)));
  recordAddon(root, key);
}

/**
 * The last resort: the npm package's own install script, which downloads TensorFlow 2.9.1 and an addon for it.
 *
 * @param {string} root
 * @returns {Promise<boolean>} whether it worked
 */
export async function installUpstream(root) {
  say("TensorFlow: trying the npm package's own download instead: TensorFlow 2.9.1 of 2022");
  const bin = join(root, "node_modules", ".bin");
  const separator = process.platform === "win32" ? ";" : ":";
  rmSync(recordPath(root), { force: true });
  const { code, output } = await run(process.execPath, [join("scripts", "install.js")], {
    cwd: tfjsNode(root),
    env: { ...process.env, PATH: `${bin}${separator}${process.env.PATH ?? ""}` },
    timeoutSeconds: 900,
  });
  if (code !== 0 || !existsSync(addonPath(root))) {
    const reason = output.split("\n").find((line) => line.includes("Error: ")) ?? lastLines(output, 1);
    say(`that failed, too: ${reason.trim()}`);
    return false;
  }
  await checkAddon(addonPath(root));
  recordAddon(root, "upstream");
  say("note: TensorFlow 2.9.1 has known, unmended security holes (CVEs): give it only data that you trust.");
  say(
    "note: its results differ in the last digits from those of TensorFlow 2.21, which the project publishes.",
  );
  return true;
}
