// @ts-check
// Makes a fresh checkout ready, and is quick when it is: called by the npm scripts before the command itself.
// Only Node's own modules here and in what is imported, since nothing is installed when it runs.
//   node scripts/setup.mjs                      packages, TensorFlow, addon, build, kernels
//   node scripts/setup.mjs --without-tensorflow  packages, build, kernels: for commands that do not train
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as addon from "./addon.mjs";
import { build, buildMissing } from "./build.mjs";
import { cacheDirectory } from "./cache.mjs";
import { findCompiler } from "./compiler.mjs";
import { installPackages, packagesMissing, stampPackages } from "./dependencies.mjs";
import { takeLock } from "./files.mjs";
import { tensorflowMissingMessage } from "./messages.mjs";
import { kernelsReady, setUpKernels } from "./native-kernels.mjs";
import { handleInterrupts, Interrupted, interruptedExitCode, SetupProblem, say } from "./processes.mjs";
import * as tensorflow from "./tensorflow.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {{ withTensorflow: boolean }} options */
async function setUp({ withTensorflow }) {
  const cache = cacheDirectory();
  if (isReady(cache, withTensorflow)) return;
  const started = Date.now();
  await takeLock(join(root, "setup.lock.partial"));
  const missingPackages = packagesMissing(root);
  if (missingPackages) await installPackages(root, missingPackages);
  else stampPackages(root);
  if (withTensorflow) await setUpTensorflow(cache);
  const missingBuild = buildMissing(root);
  if (missingBuild) await build(root, missingBuild);
  await setUpKernels(root, cache);
  say(`ready after ${Math.round((Date.now() - started) / 1000)} s`);
}

/**
 * @param {string} cache
 * @param {boolean} withTensorflow
 */
function isReady(cache, withTensorflow) {
  if (packagesMissing(root) || buildMissing(root) || !kernelsReady(root)) return false;
  stampPackages(root);
  return !withTensorflow || tensorflowIsReady(cache);
}

/** @param {string} cache */
function tensorflowIsReady(cache) {
  const installed = addon.installedAddon(root);
  if (installed === undefined || installed === "upstream") return installed !== undefined;
  const wheel = tensorflow.WHEELS[tensorflow.platformName()];
  if (wheel === undefined) return false;
  const library = tensorflow.tensorflowDirectory(cache);
  return tensorflow.tensorflowReady(library, wheel) && installed === addon.addonKey(root, library);
}

/** @param {string} cache */
async function setUpTensorflow(cache) {
  if (tensorflowIsReady(cache)) return;
  mkdirSync(cache, { recursive: true });
  await takeLock(join(cache, "setup.lock.partial")); // the cache is shared by all checkouts
  const wheel = tensorflow.WHEELS[tensorflow.platformName()];
  const library = tensorflow.tensorflowDirectory(cache);
  const key = addon.addonKey(root, library);
  const directory = addon.addonDirectory(cache, key);
  const needsPip = wheel !== undefined && !tensorflow.tensorflowReady(library, wheel);
  const needsCompiler = !existsSync(directory);
  const python = needsPip ? tensorflow.findPip() : undefined;
  const compiler = needsCompiler ? findCompiler() : undefined;
  const lacking = {
    wheel: wheel === undefined,
    pip: needsPip && python === undefined,
    compiler: needsCompiler && compiler === undefined,
  };
  if (wheel === undefined || lacking.pip || lacking.compiler) {
    say(
      `TensorFlow: the native library ${tensorflow.TENSORFLOW_VERSION} cannot be set up: ${describe(lacking)}`,
    );
    if (await addon.installUpstream(root)) return;
    throw new SetupProblem(tensorflowMissingMessage({ ...lacking, cxx: process.env.CXX }));
  }
  if (python) await tensorflow.installTensorflow(cache, library, wheel, python.command);
  if (compiler) await addon.compileAddon(root, library, directory, compiler, wheel.libraries);
  addon.placeAddon(root, directory, key);
}

/** @param {{ wheel: boolean, pip: boolean, compiler: boolean }} lacking */
function describe({ wheel, pip, compiler }) {
  if (wheel) return `none is published for ${tensorflow.platformName()}`;
  return [pip && "python3 with pip is missing", compiler && "a C++ compiler is missing"]
    .filter(Boolean)
    .join(", ");
}

async function main() {
  const unknown = process.argv.slice(2).find((argument) => argument !== "--without-tensorflow");
  if (unknown !== undefined)
    throw new SetupProblem(`unknown option ${unknown}: only --without-tensorflow is accepted`);
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (Number(major) < 20 || (major === 20 && Number(minor) < 19)) {
    throw new SetupProblem(`Node.js must be version 20.19 or later, this is ${process.versions.node}`);
  }
  handleInterrupts();
  await setUp({ withTensorflow: process.argv.length === 2 });
}

try {
  await main();
} catch (error) {
  if (error instanceof Interrupted) {
    say("interrupted: what was finished stays, the same command again goes on from there");
    process.exit(interruptedExitCode() ?? 1);
  }
  if (!(error instanceof SetupProblem)) throw error;
  say(error.message);
  process.exit(1);
}
