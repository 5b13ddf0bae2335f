import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const run = (...args: string[]) => execFileSync(process.execPath, args, { encoding: "utf8" });

test("the benchmarks run, each case of them", () => {
  const lines = run("bench/main.mjs", "--quick").trim().split("\n").slice(1);
  expect(lines).toHaveLength(14);
  for (const line of lines) expect(line).toMatch(/: [\d.]+ (images\/s|trials\/min|%|times) \(/);
  const reuse = run("bench/reuse.mjs", "--trials", "3", "0.01").trim().split("\n");
  expect(reuse.map((line) => line.split(":")[0])).toEqual([
    "bit flips at rate 0.01",
    ...["conv1", "conv2", "fc1", "fc2", "fc3"].map((layer) => `single bits of ${layer}`),
  ]);
  const byZeros = run("bench/zeros.mjs", "--rounds", "1").trim().split("\n");
  expect(byZeros).toHaveLength(14);
  for (const line of byZeros)
    expect(line).toMatch(/ % zeros: dense \d.*, skipping \d.*, chosen \d.* images\/s$/);
});

test("peers in environments of their own evaluate the same network", () => {
  const folder = mkdtempSync(join(tmpdir(), "flatenn-bench-"));
  try {
    const out = join(folder, "benchmarks.json");
    const only = ["--only", "evaluating LeNet"];
    run("bench/main.mjs", "--quick", "--peer", "onnxruntime,openvino", ...only, "--out", out);
    const [row, ...others] = JSON.parse(readFileSync(out, "utf8")).rows;
    expect(others).toEqual([]);
    expect(row.peers.map(({ name }: { name: string }) => name)).toEqual([
      ...["ONNX Runtime float", "ONNX Runtime int8", "OpenVINO float", "OpenVINO int8"],
    ]);
    // their activations are finer than ours, so some classes differ
    for (const { agreement } of row.peers) expect(agreement).toBeGreaterThan(0.95);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
