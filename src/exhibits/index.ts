export { type Accuracies, accuraciesOf, type Measured } from "../analysis/accuracies.js";
export { ASPECTS, type Aspect, type Outcome, outcomes } from "../analysis/claim-outcomes.js";
export { type ClaimRow, claims, claimsOf, type Interval, type Verdict } from "../analysis/claims.js";
export { cellsAt, cellsOf, type FaultCell, underFaults } from "../analysis/paired-differences.js";
export type { RiseRow } from "../analysis/predicted-rises.js";
export { riseRows } from "../analysis/predicted-rises.js";
export {
  type Difference,
  differenceOver,
  type Regime,
  referenceArm,
  regimesOf,
} from "../analysis/regimes.js";
export { type JudgedSharpness, judgedSharpness } from "../analysis/sharpness-claim.js";
export { type SharpnessRow, sharpnessRows } from "../analysis/sharpness-rows.js";
export { LOSSES, type ToleratedRate, toleratedRatesOf } from "../analysis/tolerated-rates.js";
export { measureTitle } from "../experiments/sharpness/measure-titles.js";
export { armTitles, type TitledStudy } from "../experiments/study/arm-titles.js";
export type { Claim } from "../experiments/study/judgement.js";
export type { ArmStyle } from "../experiments/study/presentation.js";
export { codeHistogram, type LayerCodes } from "./concepts/code-histogram.js";
export { encodingSteps } from "./concepts/encoding-steps.js";
export { type MomentPair, momentsAgainstSimulation } from "./concepts/moments-against-simulation.js";
export { quantizer } from "./concepts/quantizer.js";
export { accuracyAgainstRate } from "./figures/accuracy-against-rate.js";
export { associationFigure } from "./figures/association-figure.js";
export { claimEffects } from "./figures/claim-effects.js";
export { encodingFigure, encodingTable } from "./figures/encodings.js";
export { landscapeLines } from "./figures/landscape-lines.js";
export { landscapeContours, landscapeSurfaces } from "./figures/landscape-planes.js";
export { layerFaultsFigure, layerFaultsTable } from "./figures/layer-faults.js";
export { mediationFigure, mediationTable } from "./figures/mediation.js";
export { predictedRisesTable } from "./figures/predicted-rises.js";
export { predictorFigure } from "./figures/predictor-figure.js";
export { selectionFigure } from "./figures/selection-figure.js";
export { sharpnessRatios } from "./figures/sharpness-ratios.js";
export { singleBitLoss } from "./figures/single-bit-loss.js";
export { type SpeedByZeros, speedByZeros } from "./figures/speed-by-zeros.js";
export { toleratedRates } from "./figures/tolerated-rates.js";
export { tradeOff } from "./figures/trade-off.js";
export { ablationCurves, curvesTable, trainingCurves } from "./figures/training-curves.js";
export { describeFigure } from "./forms/describe-figure.js";
export type { Figure } from "./forms/figure.js";
export { type Cell, type Column, type Table, toCsv, toHtml, toMarkdown } from "./forms/table.js";
export { type TextOptions, toText } from "./forms/text.js";
export { discussion } from "./prose/discussion.js";
export { type Exhibits, type Materials, materialsOf, studyExhibits } from "./study-exhibits.js";
export { armStyles, styleById } from "./style/arms.js";
export { type FaultStyle, faultStyle } from "./style/fault-styles.js";
export { ofMainArms } from "./style/main-arms.js";
export { ablationsTable } from "./tables/ablations-table.js";
export { accuracyTable } from "./tables/accuracy-table.js";
export { associationTable } from "./tables/association-table.js";
export { claimsTable, differenceTitle, verdictText } from "./tables/claims-table.js";
export { controlsTable } from "./tables/controls-table.js";
export { failuresTable } from "./tables/failures-table.js";
export { layerTable } from "./tables/layer-table.js";
export { mismatchTable } from "./tables/mismatch-table.js";
export { networkTable } from "./tables/network-table.js";
export { precisionTable } from "./tables/precision-table.js";
export { penaltiesTable, regimesTable, regimeTitle } from "./tables/regimes-table.js";
export { confusionTable, faultyBitsTable, faultyLayersTable } from "./tables/replay-tables.js";
export { seedsTable } from "./tables/seeds-table.js";
export { selectionGridTable } from "./tables/selection-grid.js";
export { sharpnessDifferencesTable, sharpnessTable } from "./tables/sharpness-table.js";
export { singleBitTable } from "./tables/single-bit-table.js";
export { toleratedRatesTable } from "./tables/tolerated-rates-table.js";
