/** Everything of quantization: the grid on typed arrays, and on tensors. */
export * from "../quantization/index.js";
export { quantizeActivations, quantizeWeights } from "../tensors/quantization.js";
