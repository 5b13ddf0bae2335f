import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { FASHION_MNIST_CLASSES, fashionMnistSplit, loadFashionMnist } from "../../src/datasets/index.js";

const COMMITTED = resolve(import.meta.dirname, "../../data/fashion-mnist");
const TRAIN = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"];
const folders: string[] = [];
let directory: string;

/** A folder with the training files alone; the test files are not there to be read. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "flatenn-data-"));
  folders.push(directory);
  for (const name of TRAIN) symlinkSync(join(COMMITTED, name), join(directory, name));
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function replace(name: string, bytes: Uint8Array) {
  unlinkSync(join(directory, name));
  writeFileSync(join(directory, name), bytes);
}

const perClass = (labels: Uint8Array) =>
  FASHION_MNIST_CLASSES.map((_, label) => labels.filter((entry) => entry === label).length);

describe("loadFashionMnist", () => {
  it("loads 60,000 training images and labels, 6,000 of each class", () => {
    const { images, labels, ...rest } = loadFashionMnist({ split: "train" });
    expect(rest).toEqual({ count: 60_000, height: 28, width: 28, channels: 1 });
    expect([images.length, labels.length]).toEqual([60_000 * 784, 60_000]);
    expect(perClass(labels)).toEqual(new Array(10).fill(6_000));
    // The mean pixel of the training images is widely published as 0.2860.
    expect((images.reduce((sum, pixel) => sum + pixel, 0) / images.length / 255).toFixed(4)).toBe("0.2860");
    // Plain arrays: the slice of a Buffer would share its memory.
    expect([images.constructor, labels.constructor]).toEqual([Uint8Array, Uint8Array]);
    // The first image is an ankle boot, dark at its corners.
    expect(FASHION_MNIST_CLASSES[labels[0]!]).toBe("Ankle boot");
    expect([0, 27, 756, 783].map((corner) => images[corner])).toEqual([0, 0, 0, 0]);
  });

  it("needs no test files to load the training images, and no training files are taken for them", () => {
    expect(loadFashionMnist({ split: "train", directory }).count).toBe(60_000);
    expect(() => loadFashionMnist({ split: "test", directory })).toThrow(
      "t10k-labels-idx1-ubyte.gz is missing",
    );
  });

  it("accepts the same files compressed in another way", () => {
    const name = "train-labels-idx1-ubyte.gz";
    replace(name, gzipSync(gunzipSync(readFileSync(join(COMMITTED, name))), { level: 1 }));
    expect(loadFashionMnist({ split: "train", directory }).count).toBe(60_000);
  });

  it("says which file is missing, what is expected and how to mend it", () => {
    unlinkSync(join(directory, "train-images-idx3-ubyte.gz"));
    const load = () => loadFashionMnist({ split: "train", directory });
    expect(load).toThrow(UserError);
    expect(load).toThrow(
      `Fashion-MNIST file ${join(directory, "train-images-idx3-ubyte.gz")} is missing; expected 47040016 bytes when ` +
        "decompressed, sha256 c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888. Restore it in a " +
        'clone of this repository with "git checkout -- data/fashion-mnist/train-images-idx3-ubyte.gz", or copy ' +
        "train-images-idx3-ubyte.gz from https://github.com/zalandoresearch/fashion-mnist (data/fashion) or the " +
        "Debian package dataset-fashion-mnist",
    );
  });

  it("says in what way a file is broken", () => {
    const name = "train-labels-idx1-ubyte.gz";
    const compressed = readFileSync(join(COMMITTED, name));
    const plain = gunzipSync(compressed);
    const broken = (bytes: Uint8Array, reason: string) => {
      replace(name, bytes);
      expect(() => loadFashionMnist({ split: "train", directory })).toThrow(UserError);
      expect(() => loadFashionMnist({ split: "train", directory })).toThrow(
        `${join(directory, name)} ${reason}; `,
      );
    };
    broken(compressed.subarray(0, 1000), "is truncated at 1000 compressed bytes");
    broken(new Uint8Array(0), "is truncated at 0 compressed bytes");
    broken(Buffer.from("version https://git-lfs"), "is not a whole gzip file (incorrect header check)");
    broken(gzipSync(plain.subarray(0, 5000)), "has 5000 bytes when decompressed");
    broken(gzipSync(Buffer.alloc(1_000_000)), "is too long");
    const oneLabelChanged = Buffer.from(plain);
    oneLabelChanged[100]! ^= 1;
    const sha256 = createHash("sha256").update(oneLabelChanged).digest("hex");
    broken(gzipSync(oneLabelChanged), `has sha256 ${sha256} when decompressed`);
    const flipped = Buffer.from(compressed);
    flipped[5000]! ^= 1;
    replace(name, flipped);
    expect(() => loadFashionMnist({ split: "train", directory })).toThrow(UserError);
  });

  it("takes no labels for images when files change places", () => {
    unlinkSync(join(directory, TRAIN[0]!));
    copyFileSync(join(COMMITTED, TRAIN[1]!), join(directory, TRAIN[0]!));
    expect(() => loadFashionMnist({ split: "train", directory })).toThrow(
      "has 60008 bytes when decompressed",
    );
  });

  it("refuses a split that there is not", () => {
    expect(() => loadFashionMnist({ split: "validation" as "train" })).toThrow(
      "split must be train or test, got validation",
    );
  });
});

describe("fashionMnistSplit", () => {
  const { train, validation } = fashionMnistSplit();

  it("divides the 60,000 training images into 55,000 and 5,000, each in one part", () => {
    expect([train.length, validation.length]).toEqual([55_000, 5_000]);
    expect(new Set([...train, ...validation]).size).toBe(60_000);
    expect(Math.max(...validation, ...train.slice(0, 30_000), ...train.slice(30_000))).toBe(59_999);
  });

  it("gives the golden division", () => {
    // stream("fashion-mnist", "split").shuffle(60_000)
    expect([...train.subarray(0, 5)]).toEqual([18_761, 27_945, 34_438, 17_501, 10_188]);
    expect([...validation.subarray(0, 5)]).toEqual([50_538, 19_881, 44_900, 33_884, 39_657]);
    expect(fashionMnistSplit()).toEqual({ train, validation });
  });

  it("leaves to validation a fair share of every class", () => {
    const { labels } = loadFashionMnist({ split: "train" });
    const counts = perClass(Uint8Array.from(validation, (index) => labels[index]!));
    // Hypergeometric: 500 of each, standard deviation 20.3.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(4 * 20.3);
  });
});
