export { foldBatchNorm } from "./fold-batch-norm.js";
export { type ImportOptions, importNetwork, importSafetensors } from "./import-network.js";
export type { Layout } from "./layouts.js";
export type { Normalization } from "./normalization.js";
