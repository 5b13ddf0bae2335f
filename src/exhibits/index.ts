export { ablationsTable } from "./ablations-table.js";
export { accuracyAgainstRate } from "./accuracy-against-rate.js";
export { accuracyTable } from "./accuracy-table.js";
export { armTitles, type TitledStudy } from "./arm-titles.js";
export { ARM_STYLES, type ArmStyle, armStyles, styleById } from "./arms.js";
export { associationFigure } from "./association-figure.js";
export { associationTable } from "./association-table.js";
export { ASPECTS, type Aspect, type Outcome, outcomes } from "./claim-outcomes.js";
export {
  CLAIMS,
  type Claim,
  type ClaimRow,
  claims,
  type Interval,
  type Verdict,
} from "./claims.js";
export { claimsTable, verdictText } from "./claims-table.js";
export { codeHistogram, type LayerCodes } from "./code-histogram.js";
export { controlsTable } from "./controls-table.js";
export { describeFigure } from "./describe-figure.js";
export { discussion, findings } from "./discussion.js";
export { encodingSteps } from "./encoding-steps.js";
export { encodingFigure, encodingTable } from "./encodings.js";
export { failuresTable } from "./failures-table.js";
export { type FaultStyle, faultStyle } from "./fault-styles.js";
export type { Figure } from "./figure.js";
export { landscapeLines } from "./landscape-lines.js";
export { landscapeContours, landscapeSurfaces } from "./landscape-planes.js";
export { layerFaultsFigure, layerFaultsTable } from "./layer-faults.js";
export { layerTable } from "./layer-table.js";
export { ofMainArms } from "./main-arms.js";
export { measureTitle, PRIMARY_MEASURE } from "./measure-titles.js";
export { mediationFigure, mediationTable } from "./mediation.js";
export { mismatchTable } from "./mismatch-table.js";
export { type MomentPair, momentsAgainstSimulation } from "./moments-against-simulation.js";
export { networkTable } from "./network-table.js";
export { precisionTable } from "./precision-table.js";
export { predictedRisesTable, type RiseRow, riseRows } from "./predicted-rises.js";
export { predictorFigure } from "./predictor-figure.js";
export { quantizer } from "./quantizer.js";
export { confusionTable, faultyBitsTable, faultyLayersTable } from "./replay-tables.js";
export { selectionFigure } from "./selection-figure.js";
export { selectionGridTable } from "./selection-grid.js";
export { type SharpnessClaim, sharpnessClaims } from "./sharpness-claim.js";
export { type SharpnessRow, sharpnessRows } from "./sharpness-rows.js";
export { sharpnessDifferencesTable, sharpnessTable } from "./sharpness-table.js";
export { singleBitLoss } from "./single-bit-loss.js";
export { singleBitTable } from "./single-bit-table.js";
export { type Cell, type Column, type Table, toCsv, toHtml, toMarkdown, toText } from "./table.js";
export { tradeOff } from "./trade-off.js";
export { ablationCurves, curvesTable, trainingCurves } from "./training-curves.js";
