import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { stream } from "../../src/base/random/index.js";
import { cifar10, cifarRows, loadCifarRows } from "../../src/datasets/cifar10.js";
import { datasetNamed, splitOf } from "../../src/datasets/index.js";
import { temporaryFolder } from "../support/cli.js";

const draws = stream("test", "cifar10");
const made = (count: number) =>
  Uint8Array.from({ length: count * 3073 }, (_, i) => draws.integer(i % 3073 === 0 ? 10 : 256));
const fileOf = (name: string, content: Uint8Array) => ({
  name,
  bytes: content.length,
  sha256: createHash("sha256").update(content).digest("hex"),
});

describe("a file of CIFAR-10", () => {
  const contents = [made(2), made(1)] as const;
  const files = contents.map((content, i) => fileOf(`rows_${i}.bin`, content));
  function written(): string {
    const folder = temporaryFolder();
    for (const [i, { name }] of files.entries()) writeFileSync(join(folder, name), contents[i]!);
    return folder;
  }

  it("gives labels, and pixels with their colours together, where the file has planes, in the order of the files", () => {
    const { images, labels, ...shape } = loadCifarRows(written(), files);
    expect(shape).toEqual({ count: 3, height: 32, width: 32, channels: 3 });
    const rows = Buffer.concat(contents);
    expect([...labels]).toEqual([0, 1, 2].map((i) => rows[i * 3073]));
    for (const [i, y, x, c] of [
      [0, 0, 0, 0],
      [0, 0, 1, 2],
      [1, 31, 31, 1],
      [2, 17, 5, 0],
    ] as const)
      expect(images[((i * 32 + y) * 32 + x) * 3 + c]).toBe(rows[i * 3073 + 1 + c * 1024 + y * 32 + x]);
  });

  it("is the same again when made of pixels and labels, as of the package's pictures", () => {
    const { images, labels } = loadCifarRows(written(), files);
    expect(Buffer.from(cifarRows(images, labels)).equals(Buffer.concat(contents))).toBe(true);
  });

  it("that is missing or altered is named, with what fetches it", () => {
    const folder = written();
    writeFileSync(join(folder, "rows_1.bin"), made(1));
    expect(() => loadCifarRows(folder, files)).toThrow(
      /rows_1\.bin must have 3073 bytes .*flatenn data --dataset cifar10/s,
    );
    expect(() => loadCifarRows(temporaryFolder(), files)).toThrow(
      "rows_0.bin of the data set cannot be read",
    );
  });
});

describe("CIFAR-10 as a data set", () => {
  it("is divided into 45,000 and 5,000 images by its own key, none in both", () => {
    const { train, validation } = splitOf(cifar10);
    expect([train.length, validation.length, cifar10.sizes.test]).toEqual([45_000, 5_000, 10_000]);
    expect(new Set([...train, ...validation]).size).toBe(50_000);
    expect([...train.subarray(0, 3)]).toEqual([...stream("cifar10", "split").shuffle(50_000).subarray(0, 3)]);
  });

  it("has six files of 10,000 rows with six sums, and says that no licence is stated", () => {
    expect(cifar10.files.map(({ bytes }) => bytes)).toEqual(Array(6).fill(30_730_000));
    expect(new Set(cifar10.files.map(({ sha256 }) => sha256)).size).toBe(6);
    expect(cifar10.licence).toContain("authors state none");
  });

  it("where it was not fetched says what to do", () => {
    vi.stubEnv("FLATENN_CACHE", temporaryFolder());
    expect(cifar10.fetched!.isThere()).toBe(false);
    expect(() => datasetNamed("cifar10").load("train")).toThrow(
      "`flatenn data --dataset cifar10` fetches it",
    );
    vi.unstubAllEnvs();
  });
});
