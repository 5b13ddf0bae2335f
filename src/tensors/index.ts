/** What tensors do: the forms of quantization and sparsity that are differentiated, a network's forward pass, native operations. */

export { fromTensors, toTensors } from "./arrays.js";
export {
  type BackendOptions,
  type BackendReport,
  hasTensorFlow,
  type InstructionSet,
  loadBackend,
} from "./backend/index.js";
export { type Batch, batchAt, epochBatches, imageTensor } from "./batches.js";
export { type Activation, forward } from "./forward.js";
export type { Tensors } from "./named.js";
