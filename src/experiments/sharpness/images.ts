import { UserError } from "../../base/errors.js";
import { stream } from "../../base/random/stream.js";
import type { ImageDataset } from "../../datasets/images.js";
import { trainingData } from "../campaign/images.js";
import type { Study } from "../study/study.js";

/** Images that all networks of a study are measured on: a beginning of one keyed shuffle of its training images. */
export interface SharpnessImages {
  readonly dataset: ImageDataset;
  readonly key: readonly string[];
  readonly indices: Uint32Array;
}

/** @param count how many */
export function sharpnessImages(study: Study, count: number): SharpnessImages {
  const { dataset, train } = trainingData(study);
  if (!(Number.isInteger(count) && count >= 1 && count <= train.length))
    throw new UserError(
      `images must be a whole number from 1 to the ${train.length} to train on, got ${count}`,
    );
  const key = [study.name, "sharpness", "images"];
  const order = stream(...key).shuffle(train.length);
  return { dataset, key, indices: order.slice(0, count).map((i) => train[i]!) };
}
