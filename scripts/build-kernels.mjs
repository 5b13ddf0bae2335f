// @ts-check
/**
 * Compiles the kernels of src/inference/assembly to inference/strict.wasm and inference/relaxed.wasm: the same source,
 * with and without the relaxed SIMD instructions that some runtimes lack.
 *
 *   node scripts/build-kernels.mjs [DIRECTORY, default dist]
 */
import { mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));
const directory = join(resolve(process.argv[2] ?? join(root, "dist")), "inference");
mkdirSync(directory, { recursive: true });

for (const [name, ...features] of [
  ["strict", "--enable", "simd"],
  ["relaxed", "--enable", "simd", "--enable", "relaxed-simd"],
]) {
  const { error, stderr } = await asc.main([
    "src/inference/assembly/index.ts",
    ...["--outFile", relative(root, join(directory, `${name}.wasm`)), "--baseDir", root],
    ...["-O3", "--runtime", "stub", "--importMemory", "--noAssert"],
    ...features,
  ]);
  if (error) {
    console.error(`The kernels (${name}) do not compile:\n${stderr.toString()}`);
    process.exit(1);
  }
}
