export type { MeasuredSparsity } from "./measure.js";
export { measureSparsity } from "./measure.js";
export { fatRelu, hoyerPenalty, l1Penalty } from "./tensor.js";
