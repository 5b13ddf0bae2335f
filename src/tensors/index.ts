/** What tensors do: the forms of quantization and sparsity that are differentiated, a network's forward pass, native operations. */

export { fromTensors, toTensors } from "./arrays.js";
export { type BackendReport, hasTensorFlow, loadBackend } from "./backend/index.js";
export { type Batch, batchAt, epochBatches, imageTensor } from "./batches.js";
export { type Activation, forward } from "./forward.js";
export type { Tensors } from "./named.js";
export { quantizeActivations, quantizeWeights } from "./quantization.js";
export * from "./sparsity/index.js";
export { hoyerPenalty, l1Penalty } from "./sparsity/index.js";
export { sparsityOnTensors } from "./sparsity/on-tensors.js";
