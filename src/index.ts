/**
 * FlatENN-TS: fault tolerance of activation-sparse quantized networks.
 * Importing this loads no native TensorFlow; call `await loadBackend()` before the first use of tensors.
 */
export type { Array32, Arrays } from "./arrays.js";
export type { BackendReport } from "./backend/index.js";
export { loadBackend } from "./backend/index.js";
export * as campaign from "./campaign/index.js";
export * as checkpoints from "./checkpoints/index.js";
export * as datasets from "./datasets/index.js";
export { UserError } from "./errors.js";
export * as exhibits from "./exhibits/index.js";
export * as faults from "./faults/index.js";
export * as importing from "./importing/index.js";
export * as inference from "./inference/index.js";
export * as models from "./models/index.js";
export * as postTraining from "./post-training/index.js";
export * as quantization from "./quantization/index.js";
export * as random from "./random/index.js";
export * as results from "./results/index.js";
export * as saq from "./saq/index.js";
export * as sharpness from "./sharpness/index.js";
export * as singleBit from "./single-bit/index.js";
export * as sparsity from "./sparsity/index.js";
export * as statistics from "./statistics/index.js";
export * as studies from "./studies/index.js";
export * as training from "./training/index.js";
export * as verification from "./verification/index.js";
