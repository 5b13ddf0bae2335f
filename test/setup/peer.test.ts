import { afterEach, expect, it, vi } from "vitest";
import { packagesOf } from "../../bench/peers.mjs";
import { startProcess } from "../../bench/process.mjs";
import { loadBackend } from "../../src/tensors/backend/load.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** In a peer's place a program that answers with its environment. */
const ENVIRONMENT = `process.stdin.once("data", () => console.log(JSON.stringify(process.env)))`;

it("a peer of the benchmark gets none of our variables, nor any that steers a library", async () => {
  vi.stubEnv("FLATENN_ENGINE", "wasm");
  vi.stubEnv("OMP_NUM_THREADS", "1");
  await loadBackend();
  expect(process.env["ONEDNN_MAX_CPU_ISA"]).toBe("AVX2");
  const peer = startProcess("the peer", process.execPath, ["-e", ENVIRONMENT]);
  const got = Object.keys((await peer.ask({ hello: true })) as object).sort();
  peer.end();
  expect(got).toContain("PATH");
  expect(got.filter((name) => /^(FLATENN|TF|ONEDNN|DNNL|MKL|OMP|OPENBLAS|NODE|npm)_/.test(name))).toEqual([]);
  const harmless = /^(PATH|HOME|LANG|LC_ALL|TMPDIR|LD_LIBRARY_PATH|SYSTEMROOT|__CF.*)$/;
  expect(got.filter((name) => !harmless.test(name))).toEqual([]);
});

it("a peer that ends before it answers is an error that names it and says what it said last", async () => {
  const broken = startProcess("the peer", process.execPath, ["-e", `console.error("no such module")`]);
  await expect(broken.ask({ hello: true })).rejects.toThrow(
    /^the peer ended before it answered:\nno such module/,
  );
  const missing = startProcess("the peer", "/nowhere/python", []);
  await expect(missing.ask({ hello: true })).rejects.toThrow(/^the peer ended before it answered:\n.*ENOENT/);
});

it("the peers of --peer are all, or those that are named; another name is refused", () => {
  expect(packagesOf("all")).toEqual(["pytorch", "onnxruntime", "openvino"]);
  expect(packagesOf("openvino,pytorch")).toEqual(["openvino", "pytorch"]);
  expect(() => packagesOf("pytorch,jax")).toThrow(
    "--peer must be some of pytorch, onnxruntime, openvino, got jax",
  );
});
