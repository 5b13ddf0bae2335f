import { UserError } from "../base/errors.js";
import type { Codes } from "./deploy.js";

/** Codes in, predicted classes out, one per image: all that a fault campaign asks of an engine. */
export interface Classifier {
  classify(codes: Codes): Uint8Array;
  dispose(): void;
}

/** A program with its weights and images: what the fast kernels and the scalar reference have in common. */
export interface Evaluator {
  /** Images that `runGroup` evaluates. */
  readonly group: number;
  /** Changes the stored weights to the given codes. */
  setWeights(codes: Codes): void;
  /** The weights of all layers as they are stored. */
  weightBytes(): Iterable<Uint8Array>;
  /** Class of every image. */
  predict(): Uint8Array;
  /** @param visit gets the logits of each image, in an array that may be written anew for the next */
  forEachLogits(visit: (logits: Float64Array, image: number) => void): void;
  /** Evaluates the group of images from `first` on, a multiple of the group's size. */
  runGroup(first: number): void;
  /** Codes of an activation for image `i` of the group evaluated last, [height, width, channels]. */
  codes(name: string, i: number): Uint8Array;
}

/**
 * How many predictions are right.
 * @param labels the true classes, in the order of `classes`
 * @throws UserError where there are more of one than of the other
 */
export function countCorrect(classes: Uint8Array, labels: Uint8Array): number {
  if (classes.length !== labels.length)
    throw new UserError(`labels must be as many as classes, ${classes.length}, got ${labels.length}`);
  let correct = 0;
  for (let i = 0; i < labels.length; i++) if (classes[i] === labels[i]) correct++;
  return correct;
}
