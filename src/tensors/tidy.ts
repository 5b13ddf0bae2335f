import * as tf from "@tensorflow/tfjs-core";

/** `tf.tidy` for results whose type is an interface: frees every tensor that `f` made and its result does not hold. */
export function tidy<T>(f: () => T): T {
  return tf.tidy(f as () => tf.TensorContainer) as T;
}
