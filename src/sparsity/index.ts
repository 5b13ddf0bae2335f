export { type MeasuredSparsity, measureSparsity } from "./measure.js";
export { SPARSIFICATIONS, type Sparsification, thresholdOf } from "./penalties.js";
