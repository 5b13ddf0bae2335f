/** Fault models and fault maps in files. */
export { type FaultModule, faultModules, loadFaultModel, loadFaultModules } from "./load.js";
export { loadFaultMap, saveFaultMap } from "./maps.js";
