export { type ClipRule, chooseClip, type Grid, squaredError } from "./clips.js";
export { decode, ENCODINGS, type Encoding, encode, encodingLines, encodingTables } from "./encodings.js";
export {
  activationCode,
  activationCodes,
  activationValue,
  activationValues,
  levels,
  maxCode,
  weightCode,
  weightCodes,
  weightValue,
  weightValues,
} from "./grid.js";
export { type WeightQuantizer, weightQuantizer } from "./straight-through.js";
