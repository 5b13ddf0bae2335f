import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inference } from "../dist/index.js";
import { isNative } from "../dist/inference/kernels.js";
import { compile, findCompiler } from "../scripts/compiler.mjs";

/**
 * What the instructions of the native kernels could do at most on one core: products a second, measured, and vector width,
 * instructions a cycle and clock, of which they are made. Null where other kernels run.
 */
export async function hardwareLimit() {
  const variant = inference.bestVariant();
  const compiler = findCompiler();
  if (variant === "reference" || !isNative(variant) || !compiler) return null;
  const folder = mkdtempSync(join(tmpdir(), "flatenn-limit-"));
  try {
    const program = join(folder, "limit");
    const source = fileURLToPath(new URL("limit.cc", import.meta.url));
    await compile(compiler, ["-O2", "-std=c++17", source, "-o", program], {
      what: "bench/limit.cc",
      temporary: folder,
    });
    const { products, bits, gigahertz } = JSON.parse(execFileSync(program, [variant], { encoding: "utf8" }));
    const perCycle = products / ((bits / 8) * gigahertz * 1e9);
    return { instructions: variant, products, bits, perCycle: Number(perCycle.toPrecision(3)), gigahertz };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
