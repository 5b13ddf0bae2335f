import { UserError } from "../base/errors.js";
import { requireCount } from "../base/options.js";

/**
 * How often images of each true class (row) are taken for each class (column).
 * @param labels true class of each image, from 0 to `classes` - 1
 * @param predicted predicted class of each image, in the same order
 * @throws UserError where there are more of one than of the other, or a class beyond `classes`
 */
export function confusionMatrix(labels: Uint8Array, predicted: Uint8Array, classes: number): number[][] {
  requireCount("classes", classes);
  if (labels.length !== predicted.length)
    throw new UserError(`predicted must be as many as labels, ${labels.length}, got ${predicted.length}`);
  for (const [name, list] of Object.entries({ labels, predicted })) {
    const beyond = list.find((value) => value >= classes);
    if (beyond !== undefined) throw new UserError(`${name} must be below classes, ${classes}, got ${beyond}`);
  }
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) matrix[labels[i]!]![predicted[i]!]! += 1;
  return matrix;
}
