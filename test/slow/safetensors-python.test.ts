/** What is written here against Python's own `safetensors`, from the package index; needs python3 with venv and pip. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from "../../src/base/files/safetensors.js";
import { exportMaps } from "../../src/experiments/verification/index.js";
import { drawFaultMap, encodeFaultMap, type LayerMap } from "../../src/faults/index.js";
import { lenet5, weightLayers } from "../../src/networks/index.js";
import { findStudy } from "../../src/studies/index.js";
import { pythonWith } from "../support/python.js";

const folder = mkdtempSync(join(tmpdir(), "flatenn-python-"));
let python: ReturnType<typeof pythonWith>;
const runPython = (lines: string[], ...args: string[]) => python(["-c", lines.join("\n"), ...args]);

beforeAll(() => {
  python = pythonWith(folder, "safetensors", "numpy");
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const TENSORS: Record<string, SafeTensor> = {
  "u.last": { dtype: "F64", shape: [3], data: Float64Array.of(Math.PI, -0, 5e-324) },
  big: { dtype: "I64", shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  "conv1.weight": { dtype: "F32", shape: [1, 2, 3], data: Float32Array.of(0, 1.5, -2, 1e-45, 3e38, 7) },
  positions: { dtype: "U32", shape: [2], data: Uint32Array.of(0, 4_294_967_295) },
  steps: { dtype: "I32", shape: [], data: Int32Array.of(-5) },
  halves: { dtype: "U16", shape: [1], data: Uint16Array.of(65_535) },
  "codes é": { dtype: "U8", shape: [2, 2], data: Uint8Array.of(0, 15, 255, 1) },
  mask: { dtype: "BOOL", shape: [2], data: Uint8Array.of(1, 0) },
  empty: { dtype: "F32", shape: [0, 4], data: new Float32Array(0) },
};
const METADATA = { study: "lenet5-fashion", quoted: 'a "b" \\ é\n' };

describe("Python's safetensors", () => {
  it("reads every element type, shape and metadata that is written here", () => {
    const path = join(folder, "ours.safetensors");
    writeFileSync(path, encodeSafetensors(TENSORS, METADATA));
    const printed = runPython(
      [
        "import json, sys",
        "from safetensors import safe_open",
        "with safe_open(sys.argv[1], 'np') as f:",
        "    arrays = {name: f.get_tensor(name) for name in f.keys()}",
        "    print(json.dumps([f.metadata(), {n: [str(a.dtype), list(a.shape), a.tobytes().hex()] for n, a in arrays.items()}]))",
      ],
      path,
    );
    const numpyTypes = {
      BOOL: "bool",
      U8: "uint8",
      I8: "int8",
      U16: "uint16",
      I16: "int16",
      U32: "uint32",
      I32: "int32",
      U64: "uint64",
      I64: "int64",
      F32: "float32",
      F64: "float64",
    };
    const expected = Object.entries(TENSORS).map(([name, { dtype, shape, data }]) => [
      name,
      [numpyTypes[dtype], shape, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex")],
    ]);
    expect(JSON.parse(printed)).toEqual([METADATA, Object.fromEntries(expected)]);
  }, 60_000);

  it("writes a file that is read here with the same tensors and metadata", () => {
    const ours = join(folder, "ours.safetensors");
    const theirs = join(folder, "theirs.safetensors");
    writeFileSync(ours, encodeSafetensors(TENSORS, METADATA));
    runPython(
      [
        "import sys",
        "from safetensors import safe_open",
        "from safetensors.numpy import save_file",
        "with safe_open(sys.argv[1], 'np') as f:",
        "    save_file({name: f.get_tensor(name) for name in f.keys()}, sys.argv[2], f.metadata())",
      ],
      ours,
      theirs,
    );
    expect(decodeSafetensors(readFileSync(theirs))).toEqual({ tensors: TENSORS, metadata: METADATA });
  }, 60_000);

  it("reads a fault map", () => {
    const map = drawFaultMap({ key: "test", index: 0, layers: [{ name: "fc1", weights: 500 }], bits: 4 });
    const path = join(folder, "map.safetensors");
    writeFileSync(path, encodeFaultMap(map));
    const printed = runPython(
      [
        "import json, sys",
        "from safetensors.numpy import load_file",
        "t = load_file(sys.argv[1])",
        "print(json.dumps([t['fc1.positions'].tolist(), t['fc1.u'].tolist()]))",
      ],
      path,
    );
    expect(JSON.parse(printed)).toEqual([[...map.layers[0]!.positions], [...map.layers[0]!.u]]);
  }, 60_000);

  it("reads an exported map of a study, with what names it", () => {
    const study = findStudy("lenet5-fashion", "quick");
    const [path] = exportMaps(study, folder, [7]);
    const printed = runPython(
      [
        "import hashlib, json, sys",
        "from safetensors import safe_open",
        "with safe_open(sys.argv[1], 'np') as f:",
        "    m = f.metadata()",
        "    layers = [l['name'] for l in json.loads(m['layers'])]",
        "    counts = {l: int((f.get_tensor(l + '.u') < 0.05).sum()) for l in layers}",
        "    sums = {l: hashlib.sha256(f.get_tensor(l + '.positions').tobytes()).hexdigest() for l in layers}",
        "    print(json.dumps([m['key'], m['index'], m['bits'], counts, sums]))",
      ],
      path!,
    );
    const map = drawFaultMap({
      key: "lenet5-fashion-quick",
      index: 7,
      layers: weightLayers(lenet5),
      bits: 4,
    });
    const byLayer = (f: (layer: LayerMap) => unknown) =>
      Object.fromEntries(map.layers.map((layer) => [layer.name, f(layer)]));
    expect(JSON.parse(printed)).toEqual([
      "lenet5-fashion-quick",
      "7",
      "4",
      byLayer(({ u }) => u.filter((value) => value < 0.05).length),
      byLayer(({ positions }) => createHash("sha256").update(new Uint8Array(positions.buffer)).digest("hex")),
    ]);
  }, 60_000);
});
