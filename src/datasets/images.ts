import { textOf, UserError } from "../base/errors.js";
import { shown } from "../base/options.js";
import type { Model } from "../networks/model.js";

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
  shape: readonly [height: number, width: number, channels: number],
): ImageDataset {
  if (!(images instanceof Uint8Array))
    throw new UserError(
      "images must be a Uint8Array of pixels from 0 to 255; numbers from 0 to 1 are to be multiplied by 255 and rounded",
    );
  if (
    !(Array.isArray(shape) && shape.length === 3 && shape.every((side) => Number.isInteger(side) && side > 0))
  )
    throw new UserError(
      `shape must be [height, width, channels] of one image, three whole numbers above 0, got ${shown(shape)}`,
    );
  if (typeof labels !== "object" || labels === null || !Number.isInteger(labels.length))
    throw new UserError(`labels must be a list of the class of each image, got ${shown(labels)}`);
  const [height, width, channels] = shape as [number, number, number];
  const count = labels.length;
  const expected = count * height * width * channels;
  if (images.length !== expected)
    throw new UserError(
      `images must have ${expected} bytes, for ${count} labels and images of ${height} x ${width} x ${channels}, got ${images.length}`,
    );
  const classes = Uint8Array.from(labels, (label, i) => {
    if (Number.isInteger(label) && label >= 0 && label <= 255) return label;
    throw new UserError(`labels[${i}] must be an integer from 0 to 255, got ${textOf(label)}`);
  });
  return { images, labels: classes, count, height, width, channels };
}

/** Makes sure that images are what a model reads. @throws UserError where they are not */
export function requireImagesOf(model: Model, data: ImageDataset): void {
  const [height, width, channels] = model.input;
  if (!(data?.images instanceof Uint8Array && data.labels instanceof Uint8Array))
    throw new UserError(
      "data must be images with their labels, as imageDataset(images, labels, shape) gives",
    );
  if (data.height !== height || data.width !== width || data.channels !== channels)
    throw new UserError(
      `data must have images of ${height} x ${width} x ${channels}, as model ${model.name} reads; ` +
        `got ${[data.height, data.width, data.channels].map(shown).join(" x ")}`,
    );
  if (!(Number.isInteger(data.count) && data.count >= 0))
    throw new UserError(`count of images must be a whole number, got ${shown(data.count)}`);
  const bytes = data.count * height * width * channels;
  if (!(data.images.length >= bytes && data.labels.length >= data.count))
    throw new UserError(
      `data must have ${bytes} bytes and ${data.count} labels for its count of images, got ${data.images.length} and ${data.labels.length}`,
    );
}

/** Makes sure that labels are classes of a model. @throws UserError where they are not */
export function requireLabelsOf(model: Model, { labels }: Pick<ImageDataset, "labels">): void {
  const beyond = labels.find((label) => label >= model.classes);
  if (beyond !== undefined)
    throw new UserError(`labels must be below ${model.classes}, the classes of ${model.name}, got ${beyond}`);
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
      `indices[${i}] must be an integer from 0 to ${dataset.count - 1}, got ${textOf(index)}`,
    );
  }
  return index;
}
