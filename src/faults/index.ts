export {
  flipCoefficient,
  flipMean,
  flipVariance,
  relativeSize,
  stuckAt0Mean,
  stuckAt0Variance,
  stuckAt1Mean,
  stuckAt1Variance,
} from "./expectations.js";
export { decodeFaultMap, encodeFaultMap } from "./format.js";
export {
  type FaultyWeight,
  forEachFaultyWeight,
  type InjectedLayer,
  type InjectionOptions,
  injectFaults,
} from "./inject.js";
export { drawFaultMap, type FaultMap, type FaultMapOptions, type LayerMap, type LayerShape } from "./map.js";
export {
  asymmetric,
  type FaultModel,
  faultModel,
  flip,
  onSites,
  PLAIN_FAULTS,
  type RelativeRate,
  stuckAt0,
  stuckAt1,
} from "./models.js";
export {
  enumeratedMoments,
  faultMoments,
  type Moments,
  type MomentsOptions,
  momentsScale,
  smallRateMeans,
} from "./moments.js";
export { requireFaultModel } from "./probe.js";
export { faultyShare, type ShareOptions } from "./share.js";
export { parseSites, type Sites, sitesId, sitesTitle } from "./sites.js";
export { faultTitle } from "./titles.js";
