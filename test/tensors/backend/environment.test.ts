import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isPinned, pinEnvironment, recordedVariables } from "../../../src/tensors/backend/environment.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

describe("the variables that TensorFlow reads", () => {
  it("are the same whatever was set, and others stay", () => {
    const hostile = {
      TF_ENABLE_ONEDNN_OPTS: "0",
      TF_NUM_INTRAOP_THREADS: "8",
      TF_SET_ONEDNN_FPMATH_MODE: "BF16",
      TF_XLA_FLAGS: "--tf_xla_auto_jit=2",
      XLA_FLAGS: "--xla_cpu_enable_fast_math=true",
      ONEDNN_DEFAULT_FPMATH_MODE: "BF16",
      DNNL_MAX_CPU_ISA: "SSE41",
      OMP_NUM_THREADS: "7",
      KMP_AFFINITY: "compact",
      MKL_CBWR: "AVX",
      OPENBLAS_NUM_THREADS: "3",
      PATH: "/bin",
      TFTP: "a name that only begins alike",
    };
    const [plain, changed]: Record<string, string | undefined>[] = [
      { PATH: "/bin", TFTP: hostile.TFTP },
      { ...hostile },
    ];
    expect(isPinned(changed)).toBe(false);
    for (const env of [plain, changed]) pinEnvironment(env);
    expect(changed).toEqual(plain);
    expect(isPinned(changed)).toBe(true);
    expect(changed).toMatchObject({ PATH: "/bin", TFTP: hostile.TFTP, ONEDNN_MAX_CPU_ISA: "AVX2" });
    if (process.arch === "x64") expect(changed!["TF_ENABLE_ONEDNN_OPTS"]).toBe("1");
  });

  it("include one that cannot be set in a running process, which is refused, and others that are written down", () => {
    expect(() => pinEnvironment({ GLIBC_TUNABLES: "glibc.cpu.hwcaps=-AVX2" })).toThrow(
      /GLIBC_TUNABLES must not name hwcaps/,
    );
    expect(() => pinEnvironment({ GLIBC_TUNABLES: "glibc.malloc.check=1" })).not.toThrow();
    expect(recordedVariables({ NODE_OPTIONS: "--require ./x.cjs", LD_PRELOAD: "", HOME: "/" })).toEqual({
      NODE_OPTIONS: "--require ./x.cjs",
    });
  });
});

describe("training in a process", () => {
  // 30 steps of a layer with a convolution: other kernels give other last bits
  const code = `
    import { createHash } from "node:crypto";
    import { networks, tensors, training, importing, datasets } from "./dist/index.js";
    const model = { name: "m", input: [12, 12, 1], classes: 10, nodes: [
      { op: "conv", name: "c", input: "input", filters: 8, kernel: [5, 5], stride: 1, padding: "same" },
      { op: "activation", name: "a", input: "c" }, { op: "flatten", name: "f", input: "a" },
      { op: "linear", name: "l", input: "f", units: 10 }] };
    const noise = (n, k) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * k) * 0.1);
    const parameters = { "c.weight": { shape: [5, 5, 1, 8], data: noise(200, 1.1) }, "c.bias": { shape: [8], data: noise(8, 2) },
      "l.weight": { shape: [1152, 10], data: noise(11520, 1.7) }, "l.bias": { shape: [10], data: noise(10, 3) } };
    const start = { origin: { study: "t", profile: "t", model: "m", arm: "float", seed: 0, epoch: 1, bits: null, threshold: 0,
      settingsHash: "t", backend: {}, curve: [] }, parameters };
    const dataset = datasets.imageDataset(Uint8Array.from({ length: 400 * 144 }, (_, i) => (i * i * 31 + i) % 256),
      Uint8Array.from({ length: 400 }, (_, i) => i % 10), [12, 12, 1]);
    const data = { dataset, train: Uint32Array.from({ length: 320 }, (_, i) => i), validation: Uint32Array.from({ length: 80 }, (_, i) => 320 + i) };
    const { parameters: out, origin } = await training.trainOn(model, start, data, { bits: { weights: 4, activations: 4 }, settings: { epochs: 1, batch: 32 } });
    const hash = createHash("sha256");
    for (const { data } of Object.values(out)) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    console.log(hash.digest("hex"), JSON.stringify(origin.backend));`;
  const trained = (env: Record<string, string>) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
    expect([stderr, status]).toEqual(["", 0]);
    return stdout;
  };

  it("gives the same bits whatever is set for TensorFlow", () => {
    const usual = trained({});
    expect(usual).toMatch(/^[0-9a-f]{64} /);
    expect(trained({ TF_ENABLE_ONEDNN_OPTS: "0", OMP_NUM_THREADS: "3", TF_NUM_INTRAOP_THREADS: "2" })).toBe(
      usual,
    );
    expect(
      trained({ TF_SET_ONEDNN_FPMATH_MODE: "BF16", ONEDNN_DEFAULT_FPMATH_MODE: "ANY", MKL_CBWR: "SSE4_2" }),
    ).toBe(usual);
  });

  it("is refused where TensorFlow was loaded before by somebody else", () => {
    const before = `import "@tensorflow/tfjs-node"; import { loadBackend } from "./dist/index.js"; await loadBackend();`;
    const { stderr } = spawnSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import util from "node:util";
      util.isNullOrUndefined ??= (x) => x == null; util.isArray ??= Array.isArray; ${before.replace(/import "(.*?)";/, 'await import("$1");').replace(/import \{(.*?)\} from (.*?);/, "const {$1} = await import($2);")}`,
      ],
      {
        cwd: ROOT,
        encoding: "utf8",
        env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" },
      },
    );
    expect(stderr).toContain("was loaded before loadBackend()");
  });
});
