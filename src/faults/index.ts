export {
  type ClosedFormModel,
  enumeratedMoments,
  faultMoments,
  flipCoefficient,
  flipMean,
  flipVariance,
  type Moments,
  relativeSize,
  stuckAt0Mean,
  stuckAt0Variance,
  stuckAt1Mean,
  stuckAt1Variance,
} from "./expectations.js";
export { loadFaultMap, saveFaultMap } from "./files.js";
export { decodeFaultMap, encodeFaultMap } from "./format.js";
export { type InjectedLayer, type InjectionOptions, injectFaults } from "./inject.js";
export { drawFaultMap, type FaultMap, type FaultMapOptions, type LayerMap, type LayerShape } from "./map.js";
export { FAULT_MODELS, type FaultModel, faultModel, flip, stuckAt0, stuckAt1 } from "./models.js";
