import * as tf from "@tensorflow/tfjs-core";
import { attribute, executeOne } from "./native.js";

/** Replaces tfjs's composed gradients of ordinary operations by TensorFlow's own kernels. Called once, by `loadBackend`. */
export function registerNativeGradients(): void {
  replace({
    kernelName: "Relu",
    outputsToSave: [true],
    gradFunc: (dy, saved) => ({
      x: () => executeOne("ReluGrad", [attribute.float32("T")], [dy as tf.Tensor, saved[0]!]),
    }),
  });
}

function replace(config: tf.GradConfig): void {
  tf.unregisterGradient(config.kernelName); // registering over another one warns
  tf.registerGradient(config);
}
