export { fatRelu } from "./fatrelu.js";
export { hoyerPenalty } from "./hoyer.js";
export type { SparsificationKind, SparsityOnTensors } from "./kind.js";
export { l1Penalty } from "./l1.js";
export { SPARSIFICATIONS, type Sparsification, sparsityOnTensors, thresholdOf } from "./table.js";
