export { type Bits, bitsLabel, quantizedLayers } from "./bits.js";
export { lenet5 } from "./lenet5.js";
export type { Model, Node, WeightLayer } from "./model.js";
export { activationNodes, paddingOf, shapes, weightLayers } from "./model.js";
export { resnet18 } from "./resnet18.js";
