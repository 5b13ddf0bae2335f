import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { UserError } from "../base/errors.js";
import { shown } from "../base/options.js";
import type { Dataset, DatasetFile } from "./description.js";
import type { ImageDataset } from "./images.js";

/**
 * Reads a file of a data set, for its `load`.
 * @throws UserError where there is no such file, or one of other content than its sum says
 */
export function readDatasetFile(path: string | URL, { name, bytes, sha256 }: DatasetFile): Uint8Array {
  const where = path instanceof URL ? path.pathname : path;
  let content: Uint8Array;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw new UserError(`${name} of the data set cannot be read: ${(error as Error).message}`);
  }
  const found = createHash("sha256").update(content).digest("hex");
  if (content.length === bytes && found === sha256) return content;
  throw new UserError(
    `${where} must have ${bytes} bytes with the sha256 ${sha256}, as the data set says of ${name}; it has ${content.length} with ${found}`,
  );
}

/** What a data set loads. @throws UserError where that is not what it says of itself */
export function loadChecked(dataset: Dataset, split: "train" | "test"): ImageDataset {
  const { name, shape, classes, sizes } = dataset;
  const data = dataset.load(split);
  const wrong = (must: string, got: string) =>
    new UserError(`load("${split}") of data set ${name} must give ${must}, got ${got}`);
  if (!(data?.images instanceof Uint8Array && data.labels instanceof Uint8Array))
    throw wrong(
      "images at once, as imageDataset(images, labels, shape) does",
      data instanceof Promise ? "a promise" : shown(data),
    );
  const sides = [data.height, data.width, data.channels];
  if (sides.join() !== shape.join()) throw wrong(`images of ${shape.join(" x ")}`, sides.join(" x "));
  const count = split === "test" ? sizes.test : sizes.training + sizes.validation;
  const pixels = count * shape[0] * shape[1] * shape[2];
  if (data.count !== count || data.labels.length !== count || data.images.length !== pixels)
    throw wrong(
      split === "test" ? `${count} images` : `${count} images, those to train on and to validate on`,
      `${data.count} with ${data.labels.length} labels and ${data.images.length} pixels`,
    );
  const label = data.labels.find((each) => each >= classes.length);
  if (label !== undefined)
    throw wrong(`labels from 0 to ${classes.length - 1}, one for each class`, `the label ${label}`);
  return data;
}
