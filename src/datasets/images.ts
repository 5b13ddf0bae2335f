import { UserError } from "../base/errors.js";

/** Images as raw bytes and their classes. */
export interface ImageDataset {
  /** count x height x width x channels, row-major, one byte per pixel and channel. */
  images: Uint8Array;
  /** One class index per image. */
  labels: Uint8Array;
  count: number;
  height: number;
  width: number;
  channels: number;
}

/**
 * Images of your own, checked.
 * @param images count x height x width x channels bytes, channels last; from PyTorch's [count, channels, height, width]
 *   permute(0, 2, 3, 1) first
 * @param labels the class of each image, from 0
 */
export function imageDataset(
  images: Uint8Array,
  labels: ArrayLike<number>,
  [height, width, channels]: readonly [height: number, width: number, channels: number],
): ImageDataset {
  if (!(images instanceof Uint8Array))
    throw new UserError(
      "images must be a Uint8Array of pixels from 0 to 255; numbers from 0 to 1 are to be multiplied by 255 and rounded",
    );
  const count = labels.length;
  const expected = count * height * width * channels;
  if (images.length !== expected)
    throw new UserError(
      `images must have ${expected} bytes, for ${count} labels and images of ${height} x ${width} x ${channels}, got ${images.length}`,
    );
  const classes = Uint8Array.from(labels, (label, i) => {
    if (Number.isInteger(label) && label >= 0 && label <= 255) return label;
    throw new UserError(`labels[${i}] must be an integer from 0 to 255, got ${String(label)}`);
  });
  return { images, labels: classes, count, height, width, channels };
}

/** The images at `indices` with their labels, in that order, as a data set of their own. */
export function pickImages(dataset: ImageDataset, indices: ArrayLike<number>): ImageDataset {
  return {
    ...dataset,
    images: gatherImages(dataset, indices),
    labels: gatherLabels(dataset, indices),
    count: indices.length,
  };
}

/** The images at `indices`, in that order: indices.length x height x width x channels bytes. */
export function gatherImages(dataset: ImageDataset, indices: ArrayLike<number>): Uint8Array {
  const size = dataset.height * dataset.width * dataset.channels;
  const gathered = new Uint8Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const start = requireIndex(dataset, indices, i) * size;
    gathered.set(dataset.images.subarray(start, start + size), i * size);
  }
  return gathered;
}

/** The classes of the images at `indices`, in that order. */
export function gatherLabels(dataset: ImageDataset, indices: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(
    { length: indices.length },
    (_, i) => dataset.labels[requireIndex(dataset, indices, i)]!,
  );
}

function requireIndex(dataset: ImageDataset, indices: ArrayLike<number>, i: number): number {
  const index = indices[i]!;
  if (!(Number.isInteger(index) && index >= 0 && index < dataset.count)) {
    throw new UserError(
      `indices[${i}] must be an integer from 0 to ${dataset.count - 1}, got ${String(index)}`,
    );
  }
  return index;
}
