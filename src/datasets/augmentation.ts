import { UserError } from "../base/errors.js";
import type { Stream } from "../base/random/index.js";
import type { ImageDataset } from "./images.js";

/** How training images are varied: on their bytes, each time that they are seen. */
export interface Augmentation {
  /**
   * Pixels by which an image is moved at most, up or down and left or right, each distance as likely; what comes in at an
   * edge is the image reflected there (the edge itself not repeated), so that borders have the statistics of images.
   */
  readonly crop: number;
  /** Whether half of the images are mirrored, left to right. */
  readonly flip: boolean;
}

/**
 * Varies images. Three numbers are drawn for each, in their order, whatever is varied: distance down, distance to the right,
 * mirrored or not.
 * @returns new images with the same labels
 * @throws UserError for a crop that is not smaller than the images
 */
export function augmentImages(
  data: ImageDataset,
  { crop, flip }: Augmentation,
  draws: Pick<Stream, "integer">,
): ImageDataset {
  const { count, height, width, channels } = data;
  if (!(Number.isInteger(crop) && crop >= 0 && crop < Math.min(height, width)))
    throw new UserError(
      `crop of an augmentation must be a whole number of pixels from 0 to ${Math.min(height, width) - 1} for images of ${height} x ${width}, got ${crop}`,
    );
  const images = new Uint8Array(count * height * width * channels);
  const columns = new Uint32Array(width);
  for (let i = 0; i < count; i++) {
    const down = draws.integer(2 * crop + 1) - crop;
    const right = draws.integer(2 * crop + 1) - crop;
    const mirrored = draws.integer(2) === 1 && flip;
    for (let x = 0; x < width; x++)
      columns[x] = channels * reflected((mirrored ? width - 1 - x : x) + right, width);
    for (let y = 0; y < height; y++) {
      const from = (i * height + reflected(y + down, height)) * width * channels;
      const to = (i * height + y) * width * channels;
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++)
          images[to + x * channels + c] = data.images[from + columns[x]! + c]!;
    }
  }
  return { ...data, images };
}

/** The index that a place beyond an edge mirrors: -1 is 1, and `size` is `size` - 2. */
function reflected(place: number, size: number): number {
  if (place < 0) return -place;
  return place < size ? place : 2 * (size - 1) - place;
}
