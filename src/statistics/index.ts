export { type AccuracyEffect, type AccuracyMethod, accuracyInterval } from "./accuracy-interval.js";
export { type BootstrapInterval, crossedBootstrap, crossedResamples, percentiles } from "./bootstrap.js";
export { clusterBootstrap } from "./cluster-bootstrap.js";
export {
  firstStop,
  meanConfidenceSequence,
  type SequenceOptions,
  sequenceFactor,
} from "./confidence-sequence.js";
export { confusionMatrix } from "./confusion-matrix.js";
export { type CrossFittedMaximum, crossFittedMaximum } from "./cross-fitted-maximum.js";
export {
  type Bounds,
  finiteMeanInterval,
  finiteShareInterval,
  leveugleSampleSize,
} from "./finite-population.js";
export { logCrossing } from "./log-crossing.js";
export { mean, meanTable, type SeedsByMaps } from "./matrix.js";
export type { BootstrapOptions, IntervalOptions } from "./options.js";
export { type Basis, type PairedEffect, pairedEffect } from "./paired-effect.js";
export { partialSpearman } from "./partial-rank-correlation.js";
export { criticalValue, sampleQuantile, tQuantile } from "./quantile.js";
export { correlation, ranks, spearman } from "./rank-correlation.js";
export { minimumDetectableEffect, type TInterval, tInterval } from "./t-interval.js";
