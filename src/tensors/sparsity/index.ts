export type { Operations, SparsificationKind, SparsityOnTensors } from "./kind.js";
export { fatRelu, hoyerPenalty, l1Penalty, sparsityOnTensors } from "./on-tensors.js";
export { SPARSIFICATIONS, type Sparsification, thresholdOf } from "./table.js";
