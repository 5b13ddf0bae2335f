import * as tf from "@tensorflow/tfjs-core";
import type { Arrays } from "../base/arrays.js";
import { fromTensors, toTensors } from "../tensors/arrays.js";
import { nameTensors, type Tensors } from "../tensors/named.js";
import type { LossGradient } from "./gradients/gradient.js";

/** A loss on tensors by name: weights as they stand in memory, and the rest. */
export type Loss = (weights: Tensors, rest: Tensors, pass: "first" | "second") => tf.Scalar;

/** Makes the loss and its gradient on arrays from a loss on tensors. */
export function tensorLoss(loss: Loss): LossGradient {
  return (weights: Arrays, rest: Arrays, pass) => {
    const names = [Object.keys(weights), Object.keys(rest)] as const;
    const [value, ...gradients] = tf.tidy(() => {
      const inputs = [...Object.values(toTensors(weights)), ...Object.values(toTensors(rest))];
      const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) =>
        loss(nameTensors(names[0], xs), nameTensors(names[1], xs.slice(names[0].length)), pass),
      )(inputs);
      return [value, ...grads];
    }) as [tf.Tensor, ...tf.Tensor[]];
    const result = {
      loss: value.dataSync()[0]!,
      weights: fromTensors(nameTensors(names[0], gradients)),
      rest: fromTensors(nameTensors(names[1], gradients.slice(names[0].length))),
    };
    tf.dispose([value, ...gradients]);
    return result;
  };
}
