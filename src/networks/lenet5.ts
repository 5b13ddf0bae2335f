import type { Model } from "./model.js";

/**
 * LeNet-5 as in docs/protocol.md section 2: 61,706 parameters, of which 61,470 weights.
 * Max pooling stands before the activation quantizer: the codes are the same as after it, and ties are fewer (docs/protocol.md section 2).
 */
export const lenet5: Model = {
  name: "lenet5",
  input: [28, 28, 1],
  classes: 10,
  nodes: [
    { op: "conv", name: "conv1", input: "input", filters: 6, kernel: [5, 5], stride: 1, padding: "same" },
    { op: "maxPool", name: "pool1", input: "conv1", size: 2 },
    { op: "activation", name: "act1", input: "pool1" },
    { op: "conv", name: "conv2", input: "act1", filters: 16, kernel: [5, 5], stride: 1, padding: "valid" },
    { op: "maxPool", name: "pool2", input: "conv2", size: 2 },
    { op: "activation", name: "act2", input: "pool2" },
    { op: "flatten", name: "flat", input: "act2" },
    { op: "linear", name: "fc1", input: "flat", units: 120 },
    { op: "activation", name: "act3", input: "fc1" },
    { op: "linear", name: "fc2", input: "act3", units: 84 },
    { op: "activation", name: "act4", input: "fc2" },
    { op: "linear", name: "fc3", input: "act4", units: 10 },
  ],
};
