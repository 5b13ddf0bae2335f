import * as tf from "@tensorflow/tfjs-core";
import type { ImageDataset } from "../../datasets/images.js";
import { type DeployedNetwork, quantizedWeights } from "../../inference/deploy.js";
import { deployedActivation, fixedTensors } from "../../inference/tensor.js";
import { crossEntropy } from "../../tensors/backend/operations.js";
import type { Batch } from "../../tensors/batches.js";
import { batchAt } from "../../tensors/batches.js";
import { type Activation, forward } from "../../tensors/forward.js";
import type { Tensors } from "../../tensors/named.js";
import { fatRelu } from "../../tensors/sparsity/index.js";

import { type Pieces, piecesOf, slope } from "./hessian-tensor.js";
import { join, type Layer, part, type Vector } from "./layers.js";

/**
 * The loss of one network on fixed images as a function of its weights alone, which are used as given: nothing is quantized
 * again. Mean cross-entropy in nats, without any penalty of training; biases, clips and batch norm are the network's own.
 */
export interface NetworkLoss {
  readonly layers: readonly Layer[];
  /** Q(w): the network's own weights. */
  readonly weights: Vector;
  readonly images: number;
  /** Of the network as it is deployed: activations are quantized. */
  loss(weights: Vector): number;
  /**
   * Gradient of the loss with the clamp in place of the activation quantizer: unlike a straight-through field it is the
   * gradient of a function, and that function's Hessian is symmetric.
   */
  gradient(weights: Vector): Vector;
  /** H v, with H the Hessian of that clamped network's loss at its own weights. */
  product(v: Vector): Vector;
  dispose(): void;
}

/** Images per pass: measured fastest for LeNet-5. */
const BATCH = 512;

/** @param indices which images of the data */
export function networkLoss(network: DeployedNetwork, data: ImageDataset, indices: Uint32Array): NetworkLoss {
  const { model } = network;
  const batches = Array.from({ length: Math.ceil(indices.length / BATCH) }, (_, i) =>
    batchAt(data, indices.subarray(i * BATCH, (i + 1) * BATCH), model.classes),
  );
  const fixed = fixedTensors(network);
  const { layers, weights } = join(quantizedWeights(network));
  const tensors = (vector: Vector) =>
    layers.map((layer) => tf.tensor(Float32Array.from(part(vector, layer)), [...layer.shape]));
  const named = (list: readonly tf.Tensor[]): Tensors =>
    Object.fromEntries(layers.map(({ name }, i) => [name, list[i]!]));
  const lossOf = (given: Tensors, { images, labels }: Batch, activate: Activation) =>
    crossEntropy(forward(model, given, fixed, images, activate), labels);
  const clamp = clamped(network);
  const addGradients = (total: Vector, gradients: readonly tf.Tensor[], factor: number) =>
    layers.forEach((layer, i) => {
      addTo(part(total, layer), gradients[i]!.dataSync() as Float32Array, factor);
    });
  let pieces: Pieces[] | undefined;
  return {
    layers,
    weights,
    images: indices.length,
    loss(vector) {
      const activate = deployedActivation(network, fixed);
      return tf.tidy(() => {
        const given = named(tensors(vector));
        return sum(batches, (batch) => share(batch, indices) * lossOf(given, batch, activate).dataSync()[0]!);
      });
    },
    gradient(vector) {
      const total = new Float64Array(vector.length);
      tf.tidy(() => {
        const given = tensors(vector);
        for (const batch of batches)
          tf.tidy(() => {
            const gradients = tf.grads((...list) => lossOf(named(list), batch, clamp))(given);
            addGradients(total, gradients, share(batch, indices));
          });
      });
      return total;
    },
    product(v) {
      pieces ??= tf.tidy(() => {
        const own = named(tensors(weights));
        return batches.map((batch) => piecesOf(network, own, fixed, batch));
      });
      const total = new Float64Array(v.length);
      tf.tidy(() => {
        const given = tensors(weights);
        const direction = named(tensors(v));
        batches.forEach((batch, i) => {
          tf.tidy(() => {
            const gradients = tf.grads((...list) =>
              slope(network, batch, pieces![i]!, { weights: named(list), direction, fixed }),
            )(given);
            addGradients(total, gradients, 1 / indices.length);
          });
        });
      });
      return total;
    },
    dispose() {
      tf.dispose([pieces ?? [], fixed, ...batches.map(({ images, labels }) => [images, labels])]);
    },
  };
}

function clamped({ activationClips, threshold }: DeployedNetwork): Activation {
  return (x, node) => tf.clipByValue(threshold > 0 ? fatRelu(x, threshold) : x, 0, activationClips[node]!);
}

function share({ labels }: Batch, indices: Uint32Array): number {
  return labels.shape[0] / indices.length;
}

function sum<T>(items: readonly T[], term: (item: T) => number): number {
  return items.reduce((total, item) => total + term(item), 0);
}

function addTo(total: Vector, values: Float32Array, factor: number): void {
  for (let i = 0; i < total.length; i++) total[i]! += factor * values[i]!;
}
