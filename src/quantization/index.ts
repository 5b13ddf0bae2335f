export { decode, ENCODINGS, type Encoding, encode, encodingTables } from "./encodings.js";
export {
  activationCode,
  activationCodes,
  activationValue,
  activationValues,
  levels,
  weightCode,
  weightCodes,
  weightValue,
  weightValues,
} from "./grid.js";
export { quantizeActivations, quantizeWeights, type WeightQuantizer, weightQuantizer } from "./tensor.js";
