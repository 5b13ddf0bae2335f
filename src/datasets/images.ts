import { UserError } from "../errors.js";

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
