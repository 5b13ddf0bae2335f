export type { InstructionSet } from "./instruction-set.js";
export type { BackendOptions, BackendReport } from "./load.js";
export { loadBackend } from "./load.js";
export { hasTensorFlow } from "./native.js";
export type { BatchNormResult } from "./operations.js";
export {
  batchNormStored,
  batchNormTraining,
  biasAdd,
  channelMoments,
  crossEntropy,
  maxPool,
} from "./operations.js";
