export type { Codes, DeployedLayer, DeployedNetwork } from "./deploy.js";
export { codesOf, deploy } from "./deploy.js";
export type { ClipRatios } from "./describe.js";
export { clipRatios } from "./describe.js";
export type { Classifier } from "./tensor.js";
export { countZeros, tensorClassifier } from "./tensor.js";
