import { UserError } from "../../base/errors.js";
import { stream } from "../../base/random/index.js";
import { splitOf } from "../../datasets/dataset.js";
import type { ImageDataset } from "../../datasets/images.js";
import type { TrainingData } from "../../training/train.js";
import { datasetOf } from "../study/content.js";
import type { Study } from "../study/study.js";

/** A data set and which of its images are meant, in order. */
export interface ChosenImages {
  readonly dataset: ImageDataset;
  readonly indices: Uint32Array;
}

/** What a study trains and validates on. */
export function trainingData(study: Study): TrainingData {
  const dataset = datasetOf(study);
  const { train, validation } = splitOf(dataset);
  return {
    dataset: dataset.load("train"),
    train: first(train, study.trainingImages, "trainingImages"),
    validation,
  };
}

/** The images of a study's campaign. @throws UserError for test images before the study is frozen */
export function campaignImages(study: Study): ChosenImages {
  requireReadable(study);
  const { split, images, stratified } = study.campaign;
  const own = datasetOf(study);
  const dataset = own.load(split === "validation" ? "train" : "test");
  if (split === "validation") {
    const { validation } = splitOf(own);
    const indices = stratified ? alike(dataset, validation, images!) : first(validation, images, "images");
    return { dataset, indices };
  }
  const all = Uint32Array.from({ length: dataset.count }, (_, i) => i);
  if (!stratified) return { dataset, indices: first(all, images, "images") };
  const order = stream(own.name, "test-images").shuffle(dataset.count);
  return { dataset, indices: alike(dataset, order, images!) };
}

/** So many images, as many of each class: of every class the first ones, in the given order. */
function alike({ labels }: ImageDataset, order: Uint32Array, count: number): Uint32Array {
  const classes = new Set(labels);
  const left = new Map([...classes].map((label) => [label, count / classes.size]));
  const chosen = order.filter((i) => {
    const more = left.get(labels[i]!)!;
    left.set(labels[i]!, more - 1);
    return more > 0;
  });
  if (chosen.length === count) return chosen;
  throw new UserError(
    `campaign.images must be at most as many as give every class its share, got ${count} of which ${chosen.length} were found`,
  );
}

/** Refuses the test images to a study that is not frozen. */
export function requireReadable({ campaign, frozen, name, profile }: Study): void {
  if (campaign.split !== "test" || frozen) return;
  throw new UserError(
    `profile ${profile} of ${name} evaluates on the test images, which nothing reads before the study is frozen: ` +
      "let it evaluate on validation images, or freeze it first",
  );
}

function first(all: Uint32Array, count: number | null, setting: string): Uint32Array {
  if (count === null) return all;
  if (count <= all.length) return all.slice(0, count);
  throw new UserError(`${setting} must be at most the ${all.length} there are, got ${count}`);
}
