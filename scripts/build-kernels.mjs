/**
 * Compiles the kernels of src/inference/assembly to dist/inference/strict.wasm and relaxed.wasm: the same source, with
 * and without the relaxed SIMD instructions that some runtimes lack.
 */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));
mkdirSync(`${root}/dist/inference`, { recursive: true });

for (const [name, features] of [
  ["strict", ["--enable", "simd"]],
  ["relaxed", ["--enable", "simd", "--enable", "relaxed-simd"]],
]) {
  const { error, stderr } = await asc.main([
    "src/inference/assembly/index.ts",
    ...["--outFile", `dist/inference/${name}.wasm`],
    ...["-O3", "--runtime", "stub", "--importMemory", "--noAssert", "--baseDir", root],
    ...features,
  ]);
  if (error) {
    console.error(`The kernels (${name}) do not compile:\n${stderr.toString()}`);
    process.exit(1);
  }
}
