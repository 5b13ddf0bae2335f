// @ts-check
// Step 4 of the set-up: src/ compiled to dist/.
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, hashFiles, moveIntoPlace, partialDirectory } from "./files.mjs";
import { lastLines, run, SetupProblem, say } from "./processes.mjs";

const STAMP = ".built-from";

/**
 * One hash over everything that dist/ is made from.
 *
 * @param {string} root
 */
export function sourceHash(root) {
  const sources = filesBelow(join(root, "src")).map((path) => `src/${path}`);
  return hashFiles(root, [...sources, "scripts/build-kernels.mjs", "tsconfig.json", "package-lock.json"]);
}

/**
 * Why dist/ must be built, or undefined if it is up to date.
 *
 * @param {string} root
 * @returns {string | undefined}
 */
export function buildMissing(root) {
  if (!existsSync(join(root, "dist"))) return "dist is missing";
  const stamp = join(root, "dist", STAMP);
  if (!existsSync(stamp)) return "dist is not of this script's making";
  return readFileSync(stamp, "utf8").trim() === sourceHash(root) ? undefined : "the sources have changed";
}

/**
 * Compiles into a fresh directory that then takes dist's place, so files whose source is gone go too.
 *
 * @param {string} root
 * @param {string} reason
 */
export async function build(root, reason) {
  say(`build: compiling src to dist, because ${reason}`);
  const hash = sourceHash(root); // before the compiler reads: a file changed meanwhile is built next time
  const dist = join(root, "dist");
  const partial = partialDirectory(dist);
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { code, output } = await run(process.execPath, [tsc, "-p", root, "--outDir", partial], { cwd: root });
  if (code !== 0) throw new SetupProblem(`src does not compile:\n${lastLines(output, 40)}`);
  const kernels = await run(process.execPath, [join(root, "scripts", "build-kernels.mjs"), partial], {
    cwd: root,
  });
  if (kernels.code !== 0)
    throw new SetupProblem(`the integer engine's kernels do not compile:\n${lastLines(kernels.output, 40)}`);
  chmodSync(join(partial, "cli", "main.js"), 0o755); // npx runs it as a program
  writeFileSync(join(partial, STAMP), `${hash}\n`);
  moveIntoPlace(partial, dist);
}
