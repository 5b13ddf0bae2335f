// @ts-check
// Step 1 of the set-up: node_modules is what package-lock.json says.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readJson, sha256, writeAtomically } from "./files.mjs";
import { ask, lastLines, run, SetupProblem, say } from "./processes.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockEntry */

/** Inside node_modules, so that whoever removes the packages removes the stamp too. */
const STAMP = "node_modules/.flatenn-packages";

/** @param {string} root */
function stampText(root) {
  const lock = sha256(readFileSync(join(root, "package-lock.json")));
  return `${lock} ${process.platform} ${process.arch}\n`; // some packages carry programs for one platform
}

/**
 * Why `npm ci` is needed, or undefined if it is not.
 *
 * @param {string} root the checkout
 * @returns {string | undefined}
 */
export function packagesMissing(root) {
  const packages = readJson(join(root, "package-lock.json"))?.packages;
  if (packages === undefined)
    throw new SetupProblem("package-lock.json is missing or damaged: git restore it");
  if (!existsSync(join(root, "node_modules"))) return "node_modules is missing";
  if (!isStamped(root)) {
    // npm writes this file last, also when the user called it; an interrupted `npm ci` leaves none.
    const installed = readJson(join(root, "node_modules", ".package-lock.json"))?.packages;
    if (installed === undefined) return "the last installation was not finished";
    const difference = lockDifference(packages, installed);
    if (difference !== undefined) return difference;
  }
  for (const [path, entry] of Object.entries(packages)) {
    if (path !== "" && !entry.optional && !isUnpacked(root, path)) return `${path} is missing`;
  }
  return undefined;
}

/**
 * @param {string} root
 * @param {string} path
 */
const isUnpacked = (root, path) => existsSync(join(root, path, "package.json"));

/** @param {string} root */
function isStamped(root) {
  const path = join(root, STAMP);
  return existsSync(path) && readFileSync(path, "utf8") === stampText(root);
}

/**
 * The first package that is not installed as locked. Optional ones may be missing: they are for other platforms.
 *
 * @param {Record<string, LockEntry>} locked
 * @param {Record<string, LockEntry>} installed
 * @returns {string | undefined}
 */
export function lockDifference(locked, installed) {
  for (const [path, entry] of Object.entries(locked)) {
    if (path === "") continue; // the project itself
    const found = installed[path];
    if (found === undefined) {
      if (entry.optional) continue;
      return `${path} is missing`;
    }
    if (found.version !== entry.version || found.integrity !== entry.integrity) {
      return `${path} is version ${found.version}, locked is ${entry.version}`;
    }
  }
  return undefined;
}

/** @param {string} root */
export function stampPackages(root) {
  if (!isStamped(root)) writeAtomically(join(root, STAMP), stampText(root));
}

/**
 * @param {string} root
 * @param {string} reason
 */
export async function installPackages(root, reason) {
  /** @type {Record<string, LockEntry>} */
  const locked = readJson(join(root, "package-lock.json")).packages;
  const paths = Object.keys(locked).filter((path) => path !== "" && !locked[path]?.optional);
  say(`packages: npm ci, everything in the locked versions, because ${reason}`);
  rmSync(join(root, STAMP), { force: true });
  // The npm that started us, if one did, so that a second npm on the PATH does not interfere.
  const npm = /npm-cli\.js$/.test(process.env.npm_execpath ?? "")
    ? [String(process.env.npm_execpath)]
    : undefined;
  if (!npm && ask("npm", ["--version"]) === undefined && process.platform !== "win32") {
    throw new SetupProblem(
      "npm is not on the PATH: it belongs to Node.js; install Node.js 20.19 or later with npm",
    );
  }
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const [command, ...before] = npm ? [process.execPath, ...npm] : ["npm"];
  const { code, output } = await run(/** @type {string} */ (command), [...before, ...args], {
    cwd: root,
    progress: () => `${paths.filter((path) => isUnpacked(root, path)).length} of ${paths.length} packages`,
  });
  if (code !== 0) {
    // npm says what is wrong first, and then its usage.
    throw new SetupProblem(
      `npm ci failed:\n${lastLines(output.trim().split("\n").slice(0, 12).join("\n"))}\nMend that (is the package registry reachable?) and repeat the command.`,
    );
  }
  stampPackages(root);
}
