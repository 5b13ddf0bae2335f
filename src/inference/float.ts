import { UserError } from "../base/errors.js";
import { shown } from "../base/options.js";
import { gatherImages, type ImageDataset, requireImagesOf } from "../datasets/images.js";
import type { Checkpoint } from "../networks/checkpoints/checkpoint.js";
import { type ConvNode, type Model, paddingOf, shapes, weightLayers } from "../networks/model.js";
import { requireModel } from "../networks/schema.js";
import { normsOf, parameterOf, requireCheckpoint } from "./deploy.js";
import { firstLargest } from "./reference.js";

/** What a float network makes of one image: the values of every node, row-major. */
export type FloatValues = ReadonlyMap<string, Float64Array>;

/**
 * Evaluates a float network on typed arrays, without TensorFlow: the weights as they are, ReLU in place of every activation
 * quantizer, float64 sums. Plain and slow, about a millisecond an image for LeNet-5: for calibration and checks.
 * @returns a function of an image of 8-bit pixels [height, width, channels]; the last node's values are the logits
 */
export function floatEvaluator(model: Model, checkpoint: Checkpoint): (image: Uint8Array) => FloatValues {
  const shape = shapes(requireModel(model));
  const size = model.input.reduce((a, b) => a * b, 1);
  const norms = normsOf(model, requireCheckpoint(checkpoint));
  const layers = new Map(
    weightLayers(model).map(({ name, shape, outputs }) => [
      name,
      {
        weights: parameterOf(checkpoint, `${name}.weight`, shape),
        bias: parameterOf(checkpoint, `${name}.bias`, [outputs]),
      },
    ]),
  );
  const threshold = checkpoint.origin.threshold;
  return (image) => {
    if (!(image instanceof Uint8Array) || image.length !== size)
      throw new UserError(
        `image must be a Uint8Array of ${size} pixels, ${model.input.join(" x ")}, got ${shown(image)}${
          image instanceof Uint8Array ? ` of ${image.length}` : ""
        }`,
      );
    const values = new Map<string, Float64Array>([
      ["input", Float64Array.from(image, (pixel) => pixel / 255)],
    ]);
    for (const node of model.nodes) {
      const x = values.get(node.input)!;
      const [from, to] = [shape.get(node.input)!, shape.get(node.name)!];
      const evaluate = (): Float64Array => {
        switch (node.op) {
          case "conv":
            return convolve(x, node, [from, to], layers.get(node.name)!);
          case "linear": {
            const window: ConvNode = { ...node, op: "conv", filters: node.units, ...ONE_PIXEL };
            return convolve(
              x,
              window,
              [
                [1, 1, from[0]!],
                [1, 1, to[0]!],
              ],
              layers.get(node.name)!,
            );
          }
          case "maxPool":
            return maxPool(x, node.size, from, to);
          case "batchNorm": {
            const { gain, offset } = norms[node.name]!;
            return x.map((value, i) => gain[i % gain.length]! * value + offset[i % gain.length]!);
          }
          case "add": {
            const y = values.get(node.other)!;
            return x.map((value, i) => value + y[i]!);
          }
          case "globalAveragePool": {
            const sums = new Float64Array(to[0]!);
            for (let i = 0; i < x.length; i++) sums[i % sums.length]! += x[i]!;
            return sums.map((sum) => (sum * sums.length) / x.length);
          }
          case "activation":
            return x.map((value) => (value >= threshold && value > 0 ? value : 0));
          case "flatten":
            return x;
        }
      };
      values.set(node.name, evaluate());
    }
    return values;
  };
}

/** The classes that a float network predicts, one per image. */
export function floatClasses(model: Model, checkpoint: Checkpoint, images: ImageDataset): Uint8Array {
  const evaluate = floatEvaluator(model, checkpoint);
  requireImagesOf(model, images);
  const last = model.nodes.at(-1)!.name;
  return Uint8Array.from(images.labels, (_, i) =>
    firstLargest(evaluate(gatherImages(images, [i])).get(last)!),
  );
}

/** What makes a linear layer a convolution. */
const ONE_PIXEL = { kernel: [1, 1], stride: 1, padding: "valid" } as const;

function convolve(
  x: Float64Array,
  node: ConvNode,
  [from, to]: readonly [readonly number[], readonly number[]],
  { weights, bias }: { weights: Float32Array; bias: Float32Array },
): Float64Array {
  const [height, width, channels] = from as [number, number, number];
  const [rows, columns, outputs] = to as [number, number, number];
  const [top, left] = paddingOf(node, from, to).map((added) => Math.floor(added / 2)) as [number, number];
  const sums = new Float64Array(rows * columns * outputs);
  for (let y = 0; y < rows; y++)
    for (let z = 0; z < columns; z++) {
      const at = (y * columns + z) * outputs;
      for (let o = 0; o < outputs; o++) sums[at + o] = bias[o]!;
      for (let ky = 0; ky < node.kernel[0]; ky++)
        for (let kx = 0; kx < node.kernel[1]; kx++) {
          const [row, column] = [y * node.stride + ky - top, z * node.stride + kx - left];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          for (let c = 0; c < channels; c++) {
            const value = x[(row * width + column) * channels + c]!;
            if (value === 0) continue;
            const weight = ((ky * node.kernel[1] + kx) * channels + c) * outputs;
            for (let o = 0; o < outputs; o++) sums[at + o]! += value * weights[weight + o]!;
          }
        }
    }
  return sums;
}

function maxPool(x: Float64Array, size: number, from: readonly number[], to: readonly number[]) {
  const [, width, channels] = from as [number, number, number];
  const [rows, columns] = to as [number, number];
  const largest = new Float64Array(rows * columns * channels).fill(-Infinity);
  for (let y = 0; y < rows * size; y++)
    for (let z = 0; z < columns * size; z++)
      for (let c = 0; c < channels; c++) {
        const at = (Math.floor(y / size) * columns + Math.floor(z / size)) * channels + c;
        largest[at] = Math.max(largest[at]!, x[(y * width + z) * channels + c]!);
      }
  return largest;
}
