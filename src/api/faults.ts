/** Everything of faults: the pure part, and models and maps in files. */
export * from "../experiments/fault-files/index.js";
export * from "../faults/index.js";
