// @ts-check
// Step 5 of the set-up: the integer engine's native kernels, compiled from src/inference/native into the cache and laid
// beside the WebAssembly ones. Where that cannot be, WebAssembly does the work, and gives the same integers.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compile, findCompiler } from "./compiler.mjs";
import {
  filesBelow,
  hashFiles,
  moveIntoPlace,
  partialDirectory,
  readJson,
  sha256,
  takeLock,
  writeAtomically,
} from "./files.mjs";
import { lastLines, run, SetupProblem, say } from "./processes.mjs";

const SOURCES = "src/inference/native";
const ADDON = "native.node";
const COMMON = ["-O3", "-std=c++17", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wno-maybe-uninitialized"];
// Each operation on real numbers is rounded by itself: that is how the engine's integers are defined.
const EXACT = "-ffp-contract=off";
/** Each file is compiled for the processors that it is for; the addon asks the processor before it calls one. */
const UNITS = [
  { file: "addon.cc", options: ["-DNAPI_VERSION=8"] },
  { file: "avx2.cc", options: ["-mavx2"] },
  { file: "avxvnni.cc", options: ["-mavx2", "-mavxvnni"] },
  {
    file: "avx512vnni.cc",
    options: ["-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mavx512vnni"],
  },
];

/**
 * Why there are no native kernels: another processor, no compiler, or one that does not compile them.
 *
 * @typedef {"platform" | "compiler" | "failed"} Missing
 */

/** @type {Readonly<Record<Missing, string>>} */
export const REASONS = {
  platform: `there are none for ${process.platform}-${process.arch}`,
  compiler: "no C++ compiler was found (install g++ or clang++, or name one in the variable CXX)",
  failed: "the C++ compiler does not compile them (they need g++ 11, clang++ 12 or later)",
};

/** @param {string} root */
const folder = (root) => join(root, "dist", "inference");
/** @param {string} root */
const recordPath = (root) => join(folder(root), "native.json");

/**
 * Everything that decides what the compiler produces, as a short key.
 *
 * @param {string} root
 */
function kernelsKey(root) {
  const sources = filesBelow(join(root, SOURCES)).map((name) => `${SOURCES}/${name}`);
  const files = [...sources, "src/inference/assembly/fields.ts", "scripts/native-kernels.mjs"];
  const headers = readJson(join(root, "node_modules", "node-api-headers", "package.json"))?.version;
  return sha256(JSON.stringify([hashFiles(root, files), headers, process.platform, process.arch])).slice(
    0,
    12,
  );
}

/**
 * Whether the kernels lie in dist, or it is known why they do not: an answer that holds until the sources change or a
 * compiler appears.
 *
 * @param {string} root
 */
export function kernelsReady(root) {
  const record = readJson(recordPath(root));
  if (record?.key !== kernelsKey(root)) return false;
  if (record.missing === "compiler") return findCompiler() === undefined;
  return record.missing !== undefined || existsSync(join(folder(root), ADDON));
}

/**
 * Why there are no native kernels; undefined if there are, or if the set-up has not tried yet.
 *
 * @param {string} root
 * @returns {Missing | undefined}
 */
export const kernelsMissing = (root) => readJson(recordPath(root))?.missing;

/**
 * Compiles the kernels, unless the cache has them, and lays them into dist; or says that WebAssembly will do the work.
 *
 * @param {string} root
 * @param {string} cache
 */
export async function setUpKernels(root, cache) {
  if (kernelsReady(root)) return;
  const key = kernelsKey(root);
  const missing = await makeKernels(root, cache, join(cache, `kernels-${key}`));
  if (missing) say(`kernels: WebAssembly will evaluate networks: of native kernels, ${REASONS[missing]}`);
  writeAtomically(recordPath(root), `${JSON.stringify({ key, missing })}\n`);
}

/**
 * @param {string} root
 * @param {string} cache
 * @param {string} directory
 * @returns {Promise<Missing | undefined>}
 */
async function makeKernels(root, cache, directory) {
  const target = join(folder(root), ADDON);
  rmSync(target, { force: true });
  if (process.arch !== "x64" || process.platform === "win32") return "platform";
  if (!existsSync(join(directory, ADDON))) {
    const compiler = findCompiler();
    if (compiler === undefined) return "compiler";
    mkdirSync(cache, { recursive: true });
    await takeLock(join(cache, "kernels.lock.partial")); // the cache is shared by all checkouts
    if (!existsSync(join(directory, ADDON)) && !(await compileKernels(root, directory, compiler)))
      return "failed";
  }
  writeAtomically(target, readFileSync(join(directory, ADDON))); // a process that has the old file open keeps it
  return undefined;
}

/**
 * @param {string} root
 * @param {string} directory
 * @param {string[]} compiler
 * @returns {Promise<boolean>} whether they compile, load and answer
 */
async function compileKernels(root, directory, compiler) {
  say(`kernels: compiling the integer engine's native kernels with ${compiler.join(" ")} (about 10 s, once)`);
  const partial = partialDirectory(directory);
  const job = { what: "they", temporary: partial };
  const headers = `-I${join(root, "node_modules", "node-api-headers", "include")}`;
  const objects = UNITS.map(({ file }) => join(partial, `${file}.o`));
  const addon = join(partial, ADDON);
  try {
    for (const [i, { file, options }] of UNITS.entries()) {
      const source = join(root, SOURCES, file);
      await compile(
        compiler,
        [...COMMON, EXACT, ...options, headers, "-c", source, "-o", String(objects[i])],
        job,
      );
    }
    // Node's own functions are found in the program that loads the addon. Not tested on a Mac: none was at hand.
    const link = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];
    await compile(compiler, ["-shared", "-fPIC", ...objects, "-o", addon, ...link], job);
    const { code, output } = await run(process.execPath, ["-e", "require(process.argv[1]).names()", addon]);
    if (code !== 0) throw new SetupProblem(`they do not load:\n${lastLines(output)}`);
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    say(`kernels: ${error.message}`);
    return false;
  }
  for (const object of objects) rmSync(object);
  moveIntoPlace(partial, directory);
  return true;
}
