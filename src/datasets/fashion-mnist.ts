/** Fashion-MNIST (Xiao, Rasul & Vollgraf, arXiv 1708.07747; MIT licence), from the files in data/fashion-mnist. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { UserError } from "../base/errors.js";
import { type OptionKeys, requireOptions } from "../base/options.js";
import { splitOf } from "./dataset.js";
import type { Dataset, DatasetFile } from "./description.js";
import { readIdx } from "./idx.js";
import type { ImageDataset } from "./images.js";

/** Names of the classes by label. */
export const FASHION_MNIST_CLASSES: readonly string[] = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

const FILES: Record<"train" | "test", { images: DatasetFile; labels: DatasetFile }> = {
  train: {
    images: {
      name: "train-images-idx3-ubyte.gz",
      bytes: 47_040_016,
      sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    },
    labels: {
      name: "train-labels-idx1-ubyte.gz",
      bytes: 60_008,
      sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    },
  },
  test: {
    images: {
      name: "t10k-images-idx3-ubyte.gz",
      bytes: 7_840_016,
      sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    },
    labels: {
      name: "t10k-labels-idx1-ubyte.gz",
      bytes: 10_008,
      sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
  },
};

/** The folder of the files in this package, the same seen from src/ and from dist/. */
const COMMITTED = fileURLToPath(new URL("../../data/fashion-mnist", import.meta.url));

/** What {@link loadFashionMnist} is told. */
export interface FashionMnistOptions {
  /**
   * `train` is the 60,000 images that {@link fashionMnistSplit} divides into training and validation; `test` is the
   * 10,000 that only the published campaign may look at (docs/protocol.md section 5). There is no call that loads both,
   * and `train` never opens a test file.
   */
  split: "train" | "test";
  /** The folder with the four .gz files; default: data/fashion-mnist of this package. */
  directory?: string;
}

const OPTIONS: OptionKeys<FashionMnistOptions> = { split: true, directory: true };

/**
 * Loads one split: images of 28 x 28 x 1 bytes and labels from 0 to 9, in the order of the files. The sha256 of the
 * decompressed files is checked at every load.
 *
 * @throws UserError for a missing, truncated or altered file; the message says how to mend it
 */
export function loadFashionMnist(options: FashionMnistOptions): ImageDataset {
  const { split, directory = COMMITTED } = requireOptions("loadFashionMnist", options, OPTIONS);
  if (split !== "train" && split !== "test") {
    throw new UserError(`split must be train or test, got ${String(split)}`);
  }
  const labels = readIdx(readChecked(directory, FILES[split].labels)).data;
  const images = readIdx(readChecked(directory, FILES[split].images)).data;
  return { images, labels, count: labels.length, height: 28, width: 28, channels: 1 };
}

/**
 * Divides the 60,000 images of the `train` files by a keyed shuffle: 55,000 to train on, 5,000 to validate on
 * (docs/protocol.md section 5). Both lists are in shuffled order, so a beginning of either is a random sample.
 */
export function fashionMnistSplit(): { train: Uint32Array; validation: Uint32Array } {
  return splitOf(fashionMnist);
}

/** As a study sees it. */
export const fashionMnist: Dataset = {
  name: "fashion-mnist",
  title: "Fashion-MNIST",
  licence: "MIT, Zalando SE",
  shape: [28, 28, 1],
  classes: FASHION_MNIST_CLASSES,
  sizes: { training: 55_000, validation: 5_000, test: 10_000 },
  files: Object.values(FILES).flatMap(({ images, labels }) => [images, labels]),
  load: (split) => loadFashionMnist({ split }),
};

function readChecked(directory: string, file: DatasetFile): Uint8Array {
  const path = join(directory, file.name);
  let compressed: Uint8Array;
  try {
    compressed = readFileSync(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw broken(path, file, missing ? "is missing" : `cannot be read (${(error as Error).message})`);
  }
  let bytes: Uint8Array;
  try {
    // The limit keeps a file that is none of ours from filling the memory.
    bytes = gunzipSync(compressed, { maxOutputLength: file.bytes + 1 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === "Z_BUF_ERROR"
        ? `is truncated at ${compressed.length} compressed bytes`
        : code === "ERR_BUFFER_TOO_LARGE"
          ? "is too long"
          : `is not a whole gzip file (${message})`;
    throw broken(path, file, reason);
  }
  if (bytes.length !== file.bytes) throw broken(path, file, `has ${bytes.length} bytes when decompressed`);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== file.sha256) throw broken(path, file, `has sha256 ${sha256} when decompressed`);
  return bytes;
}

function broken(path: string, file: DatasetFile, what: string): UserError {
  return new UserError(
    `Fashion-MNIST file ${path} ${what}; expected ${file.bytes} bytes when decompressed, sha256 ${file.sha256}. ` +
      `Restore it in a clone of this repository with "git checkout -- data/fashion-mnist/${file.name}", or copy ` +
      `${file.name} from https://github.com/zalandoresearch/fashion-mnist (data/fashion) or the Debian package ` +
      "dataset-fashion-mnist",
  );
}
