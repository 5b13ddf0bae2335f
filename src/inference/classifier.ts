import type { Codes } from "./deploy.js";

/** Codes in, predicted classes out, one per image: all that a fault campaign asks of an engine. */
export interface Classifier {
  classify(codes: Codes): Uint8Array;
  dispose(): void;
}

/** How many predictions are right. @param labels the true classes, in the order of `classes` */
export function countCorrect(classes: Uint8Array, labels: Uint8Array): number {
  let correct = 0;
  for (let i = 0; i < labels.length; i++) if (classes[i] === labels[i]) correct++;
  return correct;
}
