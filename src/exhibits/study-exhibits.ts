import { join } from "node:path";
import { sharpnessRows } from "../analysis/sharpness-rows.js";
import { readCurves } from "../experiments/results/curves.js";
import type { CurveRow, Results } from "../experiments/results/rows.js";
import type { StoredSelection } from "../experiments/selection/read-selection.js";
import { readDocuments, type SharpnessDocument } from "../experiments/sharpness/documents.js";
import { type LandscapeDocument, readLandscapes } from "../experiments/sharpness/landscape.js";
import { accuracyAgainstRate } from "./figures/accuracy-against-rate.js";
import { associationFigure } from "./figures/association-figure.js";
import { claimEffects } from "./figures/claim-effects.js";
import { encodingFigure, encodingTable } from "./figures/encodings.js";
import { landscapeLines } from "./figures/landscape-lines.js";
import { landscapeContours, landscapeSurfaces } from "./figures/landscape-planes.js";
import { layerFaultsFigure, layerFaultsTable } from "./figures/layer-faults.js";
import { mediationFigure, mediationTable } from "./figures/mediation.js";
import { predictedRisesTable } from "./figures/predicted-rises.js";
import { predictorFigure } from "./figures/predictor-figure.js";
import { selectionFigure } from "./figures/selection-figure.js";
import { sharpnessRatios } from "./figures/sharpness-ratios.js";
import { toleratedRates } from "./figures/tolerated-rates.js";
import { tradeOff } from "./figures/trade-off.js";
import { ablationCurves, curvesTable, trainingCurves } from "./figures/training-curves.js";
import type { Figure } from "./forms/figure.js";
import type { Table } from "./forms/table.js";
import { armStyles } from "./style/arms.js";
import { ofMainArms } from "./style/main-arms.js";
import { measuredArms } from "./style/measured-arms.js";
import { ablationsTable } from "./tables/ablations-table.js";
import { accuracyTable } from "./tables/accuracy-table.js";
import { associationTable } from "./tables/association-table.js";
import { claimsTable } from "./tables/claims-table.js";
import { controlsTable } from "./tables/controls-table.js";
import { failuresTable } from "./tables/failures-table.js";
import { layerTable } from "./tables/layer-table.js";
import { networkTable } from "./tables/network-table.js";
import { penaltiesTable, regimesTable } from "./tables/regimes-table.js";
import { seedsTable } from "./tables/seeds-table.js";
import { selectionGridTable } from "./tables/selection-grid.js";
import { sharpnessDifferencesTable, sharpnessTable } from "./tables/sharpness-table.js";
import { toleratedRatesTable } from "./tables/tolerated-rates-table.js";

/** Exhibits by file name; those without rows or traces are of something that a study does not have. */
export interface Exhibits {
  readonly tables: Readonly<Record<string, Table>>;
  readonly figures: Readonly<Record<string, Figure>>;
}

/** What the exhibits of a study are drawn from. */
export interface Materials {
  readonly results: Results;
  /** Training curves of its networks; none: nothing is drawn of them. */
  readonly curves: readonly CurveRow[];
  /** What was measured of the loss around its networks; none: likewise. */
  readonly sharpness: readonly SharpnessDocument[];
  readonly landscapes: readonly LandscapeDocument[];
}

/**
 * Reads what is drawn beside the results from the folder that has them.
 * @param sharpness folder of a run of `flatenn sharpness` and `flatenn landscape`; default: the same
 */
export function materialsOf(results: Results, directory: string, sharpness = directory): Materials {
  const { unchecked = false } = results;
  return {
    results,
    curves: readCurves(join(directory, "checkpoints"), { unchecked }),
    sharpness: readDocuments(sharpness, { unchecked }),
    landscapes: readLandscapes(sharpness, { unchecked }),
  };
}

/** Every table and figure of a study. */
export function studyExhibits({ results, curves, sharpness, landscapes }: Materials): Exhibits {
  const styles = armStyles(results);
  const rows = sharpnessRows(results, sharpness);
  const mainLandscapes = ofMainArms(results, landscapes);
  return {
    tables: {
      claims: claimsTable(results, rows),
      "claims-by-seeds": seedsTable(results, rows),
      regimes: regimesTable(results),
      penalties: penaltiesTable(results),
      "tolerated-rates": toleratedRatesTable(results),
      networks: networkTable(results),
      "networks-ablations": networkTable(results, {
        arms: measuredArms(results, "ablation").arms.map(({ id }) => id),
      }),
      controls: controlsTable(results),
      ablations: ablationsTable(results),
      layers: layerTable(results),
      accuracy: accuracyTable(results),
      encodings: encodingTable(results),
      "layer-faults": layerFaultsTable(results),
      "training-curves": curvesTable(results, curves),
      failures: failuresTable(results),
      mediation: mediationTable(results),
      sharpness: sharpnessTable(results, rows),
      "sharpness-differences": sharpnessDifferencesTable(results, rows),
      association: associationTable(results, rows),
      "predicted-rises": predictedRisesTable(sharpness, styles),
    },
    figures: {
      claims: claimEffects(results),
      "accuracy-against-rate": accuracyAgainstRate(results),
      "tolerated-rates": toleratedRates(results),
      "trade-off": tradeOff(results),
      encodings: encodingFigure(results),
      "layer-faults": layerFaultsFigure(results),
      "training-curves": trainingCurves(results, curves),
      "training-curves-ablations": ablationCurves(results, curves),
      mediation: mediationFigure(results),
      "sharpness-ratios": sharpnessRatios(results, rows),
      association: associationFigure(results, rows),
      "landscape-lines": landscapeLines(mainLandscapes, styles),
      "landscape-contours": landscapeContours(mainLandscapes, styles),
      "landscape-surfaces": landscapeSurfaces(mainLandscapes, styles),
      "predicted-rises": predictorFigure(ofMainArms(results, sharpness), styles),
    },
  };
}

/** Every table and figure of a selection. */
export function selectionExhibits({ record, candidates }: StoredSelection): Exhibits {
  return {
    tables: { selection: selectionGridTable(record, candidates) },
    figures: { selection: selectionFigure(record) },
  };
}
