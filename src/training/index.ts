export type { Activation } from "./forward.js";
export { forward } from "./forward.js";
export type { Batch, Sparsification } from "./loss.js";
export { batchLoss } from "./loss.js";
export { cosineSchedule, nesterovStep } from "./optimizer.js";
export type { GradientRule, StepOptions } from "./step.js";
export { trainStep } from "./step.js";
export type { TrainingData, TrainingJob, TrainingOptions, TrainingProgress } from "./train.js";
export { train } from "./train.js";
