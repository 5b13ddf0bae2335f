export { type MeasuredSparsity, measureSparsity } from "./measure.js";
