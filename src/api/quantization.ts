import * as tensors from "../tensors/quantization.js";

/** Everything of quantization: the grid on typed arrays. */
export * from "../quantization/index.js";

/** @deprecated since 0.2: `tensors.quantizeWeights` */
export const quantizeWeights = tensors.quantizeWeights;
/** @deprecated since 0.2: `tensors.quantizeActivations` */
export const quantizeActivations = tensors.quantizeActivations;
