import { join } from "node:path";
import { ablationsTable } from "../exhibits/ablations-table.js";
import { accuracyAgainstRate } from "../exhibits/accuracy-against-rate.js";
import { accuracyTable } from "../exhibits/accuracy-table.js";
import { armStyles } from "../exhibits/arms.js";
import { associationFigure } from "../exhibits/association-figure.js";
import { associationTable } from "../exhibits/association-table.js";
import { claimsTable } from "../exhibits/claims-table.js";
import { controlsTable } from "../exhibits/controls-table.js";
import { encodingFigure, encodingTable } from "../exhibits/encodings.js";
import { failuresTable } from "../exhibits/failures-table.js";
import type { Figure } from "../exhibits/figure.js";
import { landscapeLines } from "../exhibits/landscape-lines.js";
import { landscapeContours, landscapeSurfaces } from "../exhibits/landscape-planes.js";
import { layerFaultsFigure, layerFaultsTable } from "../exhibits/layer-faults.js";
import { layerTable } from "../exhibits/layer-table.js";
import { ofMainArms } from "../exhibits/main-arms.js";
import { measuredArms } from "../exhibits/measured-arms.js";
import { mediationFigure, mediationTable } from "../exhibits/mediation.js";
import { networkTable } from "../exhibits/network-table.js";
import { predictedRisesTable } from "../exhibits/predicted-rises.js";
import { predictorFigure } from "../exhibits/predictor-figure.js";
import { selectionFigure } from "../exhibits/selection-figure.js";
import { selectionGridTable } from "../exhibits/selection-grid.js";
import { sharpnessRows } from "../exhibits/sharpness-rows.js";
import { sharpnessDifferencesTable, sharpnessTable } from "../exhibits/sharpness-table.js";
import type { Table } from "../exhibits/table.js";
import { tradeOff } from "../exhibits/trade-off.js";
import { ablationCurves, curvesTable, trainingCurves } from "../exhibits/training-curves.js";
import { readCurves } from "../results/curves.js";
import type { CurveRow, Results } from "../results/rows.js";
import type { SelectionRecord } from "../selection/select-results.js";
import { readDocuments, type SharpnessDocument } from "../sharpness/documents.js";
import { type LandscapeDocument, readLandscapes } from "../sharpness/landscape.js";

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
  return {
    results,
    curves: readCurves(join(directory, "checkpoints")),
    sharpness: readDocuments(sharpness),
    landscapes: readLandscapes(sharpness),
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
      "accuracy-against-rate": accuracyAgainstRate(results),
      "trade-off": tradeOff(results),
      encodings: encodingFigure(results),
      "layer-faults": layerFaultsFigure(results),
      "training-curves": trainingCurves(results, curves),
      "training-curves-ablations": ablationCurves(results, curves),
      mediation: mediationFigure(results),
      association: associationFigure(results, rows),
      "landscape-lines": landscapeLines(mainLandscapes, styles),
      "landscape-contours": landscapeContours(mainLandscapes, styles),
      "landscape-surfaces": landscapeSurfaces(mainLandscapes, styles),
      "predicted-rises": predictorFigure(ofMainArms(results, sharpness), styles),
    },
  };
}

/** Every table and figure of a selection. */
export function selectionExhibits(record: SelectionRecord): Exhibits {
  return {
    tables: { selection: selectionGridTable(record) },
    figures: { selection: selectionFigure(record) },
  };
}
