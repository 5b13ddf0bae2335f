import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startPeer } from "../../bench/peer.mjs";
import { loadBackend } from "../../src/tensors/backend/load.js";

let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "flatenn-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true, force: true });
});

it("a peer of the benchmark gets none of our variables, nor any that steers a library", async () => {
  // In Python's place a program that answers with its environment as its version.
  const python = join(temporary, "python");
  writeFileSync(
    python,
    `#!${process.execPath}\nprocess.stdin.once("data", () => console.log(JSON.stringify({ version: process.env })));\n`,
  );
  chmodSync(python, 0o755);
  vi.stubEnv("PYTHON", python);
  vi.stubEnv("FLATENN_ENGINE", "wasm");
  vi.stubEnv("OMP_NUM_THREADS", "1");
  await loadBackend();
  expect(process.env["ONEDNN_MAX_CPU_ISA"]).toBe("AVX2");
  const peer = await startPeer();
  const got = Object.keys(peer.version).sort();
  peer.end();
  expect(got).toContain("PATH");
  expect(got.filter((name) => /^(FLATENN|TF|ONEDNN|DNNL|MKL|OMP|OPENBLAS|NODE|npm)_/.test(name))).toEqual([]);
  const harmless = /^(PATH|HOME|LANG|LC_ALL|TMPDIR|LD_LIBRARY_PATH|SYSTEMROOT|__CF.*)$/;
  expect(got.filter((name) => !harmless.test(name))).toEqual([]);
});
