/**
 * FlatENN-TS: fault tolerance of activation-sparse quantized networks.
 * Importing this loads no native TensorFlow; call `await loadBackend()` before the first use of tensors.
 */

export * as faults from "./api/faults.js";
export * as quantization from "./api/quantization.js";
export * as sparsity from "./api/sparsity.js";
export type { Array32, Arrays } from "./base/arrays.js";
export { UserError } from "./base/errors.js";
export * as random from "./base/random/index.js";
export * as datasets from "./datasets/index.js";
export * as exhibits from "./exhibits/index.js";
export * as campaign from "./experiments/campaign/index.js";
export * as results from "./experiments/results/index.js";
export * as sharpness from "./experiments/sharpness/index.js";
export * as singleBit from "./experiments/single-bit/index.js";
export * as verification from "./experiments/verification/index.js";
export * as importing from "./importing/index.js";
export * as postTraining from "./importing/post-training/index.js";
export * as inference from "./inference/index.js";
export * as checkpoints from "./networks/checkpoints/index.js";
/** @deprecated since 0.2: `networks` */
export * as models from "./networks/index.js";
export * as networks from "./networks/index.js";
export * as statistics from "./statistics/index.js";
export * as studies from "./studies/index.js";
export type { BackendReport } from "./tensors/backend/index.js";
export { loadBackend } from "./tensors/backend/index.js";
export * as tensors from "./tensors/index.js";
export * as saq from "./training/gradients/index.js";
export * as training from "./training/index.js";
