import * as tensors from "../tensors/sparsity.js";

/** Everything of sparsity: the penalties as settings, and what is measured. */
export * from "../sparsity/index.js";

/** @deprecated since 0.2: `tensors.fatRelu` */
export const fatRelu = tensors.fatRelu;
/** @deprecated since 0.2: `tensors.hoyerPenalty` */
export const hoyerPenalty = tensors.hoyerPenalty;
/** @deprecated since 0.2: `tensors.l1Penalty` */
export const l1Penalty = tensors.l1Penalty;
