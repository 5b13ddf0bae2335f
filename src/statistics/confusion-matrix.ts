/**
 * How often images of each true class (row) are taken for each class (column).
 * @param labels true class of each image, from 0 to `classes` - 1
 * @param predicted predicted class of each image, in the same order
 */
export function confusionMatrix(labels: Uint8Array, predicted: Uint8Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) matrix[labels[i]!]![predicted[i]!]! += 1;
  return matrix;
}
