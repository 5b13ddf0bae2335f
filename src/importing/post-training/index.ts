export { type PostTrainingOptions, quantizePostTraining } from "./quantize.js";
