import { UserError } from "../base/errors.js";
import type { Codes } from "./deploy.js";

/** Codes in, predicted classes out, one per image: all that a fault campaign asks of an engine. */
export interface Classifier {
  classify(codes: Codes): Uint8Array;
  dispose(): void;
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
