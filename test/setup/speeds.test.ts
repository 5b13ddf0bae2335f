import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withParts } from "../../scripts/readme.mjs";
import { speedParts, zerosParts } from "../../scripts/speeds.mjs";
import { documentAt } from "../support/documents.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flatenn-speeds-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const PEERS = [
  ...["PyTorch eager", "torch.compile", "ONNX Runtime float", "ONNX Runtime int8"],
  ...["OpenVINO float", "OpenVINO int8"],
];
const TRAINING = ["float", "W4A4", "W4A4 with SAQ"].flatMap((precision) =>
  ["pinned as studies are", "all instructions"].map((set) => `training LeNet-5, ${precision}, ${set}`),
);
const RESNETS = [50, 85].map((zeros) => `ResNet-18 of width 16, ${zeros} % zeros`);
const NAMES = [
  ...TRAINING,
  ...["LeNet-5", ...RESNETS].map((title) => `evaluating ${title}`),
  ...["LeNet-5 on 10,000 images", ...RESNETS.map((title) => `${title} on 2,000 images`)].map(
    (title) => `fault trials of ${title}`,
  ),
];

/** A run with all peers, of which OpenVINO in float is the fastest of those that a row has. @param ours speeds by row */
function measurement(ours: (row: number) => number) {
  const spread = (median: number) => ({ median, low: 0.9 * median, high: 1.1 * median });
  return {
    machine: {
      processor: "a processor",
      node: "v20.20.2",
      tensorflow: "2.21.0",
      engine: "native, AVX-512 VNNI",
      limit: { instructions: "avx512vnni", products: 4.6e11, bits: 512, perCycle: 2, gigahertz: 3.6 },
      peers: Object.fromEntries(PEERS.map((name) => [name, "1.0"])),
    },
    rounds: 9,
    quick: false,
    rows: NAMES.map((name, row) => ({
      name,
      unit: "images/s",
      ours: { name: "this project", setting: "pinned", ...spread(ours(row)) },
      limit: name.startsWith("training") ? null : 4000,
      peers: (name.startsWith("training") ? PEERS.slice(0, 2) : PEERS.slice(0, 5)).map((peer, i) => ({
        name: peer,
        setting: "batch 50",
        ...spread(100 * (i + 1)),
      })),
    })),
  };
}

function partsOf(measured: unknown) {
  const file = join(folder, "benchmarks.json");
  writeFileSync(file, JSON.stringify(measured));
  return speedParts(file);
}

describe("what the documents say of speed", () => {
  it("is left as it is where nothing has been measured", () => {
    expect(speedParts(join(folder, "none.json"))).toEqual({});
  });

  it("names each row's fastest peer and the ratio to it, says where that is faster, and our share of the limit", () => {
    const { speed } = partsOf(measurement((row) => (row === 6 ? 1000 : 250)))["docs/engine.md"]!;
    const rows = speed.split("\n").filter((line) => /^\| (training|evaluating|fault)/.test(line));
    expect(rows).toHaveLength(NAMES.length);
    expect(rows[0]).toBe(
      "| training LeNet-5, float, pinned as studies are | images/s | 250 (225 to 275) | 200 (180 to 220) | torch.compile, batch 50 | 1.25 | - |",
    );
    expect(rows[6]).toBe(
      "| evaluating LeNet-5 | images/s | 1,000 (900 to 1,100) | 500 (450 to 550) | OpenVINO float, batch 50 | 2.00 | 25 % |",
    );
    expect(rows[7]).toContain("| 0.50: behind | 6 % |");
    expect(speed).toContain("In 5 of 12 rows the fastest peer is faster than this project.");
    expect(speed).toContain("64 products of bytes an instruction, 2 instructions a cycle and 3.6 GHz");
    expect(partsOf(measurement(() => 600))["docs/engine.md"]!.speed).toContain(
      "No peer is faster in any row.",
    );
  });

  it("is short enough for README.md, has the ratio of every row there, and a place in every document", () => {
    const parts = partsOf(measurement((row) => 1000 * (row + 1)));
    for (const [name, part] of Object.entries(parts)) {
      const text = withParts(documentAt(name), part);
      expect(text).toContain(part.speed);
      if (name !== "README.md") continue;
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(12_000);
      expect(part.speed.match(/\d+\.\d\d/g)).toHaveLength(NAMES.length);
    }
    expect(Object.keys(parts)).toEqual(["README.md", "docs/engine.md", "docs/results.md"]);
  });

  it("is not taken from a quick run, nor from one without peers", () => {
    const measured = measurement(() => 100);
    const alone = { ...measured, machine: { ...measured.machine, peers: {} } };
    for (const bad of [{ ...measured, quick: true }, alone])
      expect(() => partsOf(bad)).toThrow(/is no measurement for documents: it needs --peer, and no --quick/);
  });
});

it("speed by zeros is a table and a figure in docs/engine.md, where it has been measured", () => {
  const file = join(folder, "zeros.json");
  expect(zerosParts(file)).toEqual({ parts: {}, figure: undefined });
  const row = { network: "ResNet-18", zeros: 0.85, dense: 2000, skipping: 2500, chosen: 2510 };
  writeFileSync(
    file,
    JSON.stringify({ machine: { processor: "a processor", engine: "native" }, rows: [row] }),
  );
  const { parts, figure } = zerosParts(file);
  const { zeros } = parts["docs/engine.md"]!;
  expect(zeros).toContain("| ResNet-18 | 85 % | 2,000 | 2,500 | 2,510 |");
  expect(withParts(documentAt("docs/engine.md"), { zeros })).toContain("](speed-by-zeros.svg)");
  expect(figure!.data).toHaveLength(3);
});
