/** Everything of sparsity: what is measured, and the penalties with what they do to tensors. */
export * from "../sparsity/index.js";
export * from "../tensors/sparsity/index.js";
