import { join } from "node:path";
import { ablationsTable } from "../exhibits/ablations-table.js";
import { accuracyAgainstRate } from "../exhibits/accuracy-against-rate.js";
import { accuracyTable } from "../exhibits/accuracy-table.js";
import { claimsTable } from "../exhibits/claims-table.js";
import { controlsTable } from "../exhibits/controls-table.js";
import { encodingFigure, encodingTable } from "../exhibits/encodings.js";
import { failuresTable } from "../exhibits/failures-table.js";
import type { Figure } from "../exhibits/figure.js";
import { layerFaultsFigure, layerFaultsTable } from "../exhibits/layer-faults.js";
import { layerTable } from "../exhibits/layer-table.js";
import { networkTable } from "../exhibits/network-table.js";
import { selectionFigure } from "../exhibits/selection-figure.js";
import { selectionGridTable } from "../exhibits/selection-grid.js";
import type { Table } from "../exhibits/table.js";
import { tradeOff } from "../exhibits/trade-off.js";
import { ablationCurves, curvesTable, trainingCurves } from "../exhibits/training-curves.js";
import { readCurves } from "../results/curves.js";
import type { CurveRow, Results } from "../results/rows.js";
import type { SelectionRecord } from "../selection/select-results.js";

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
}

/** Reads what is drawn beside the results from the folder that has them. */
export function materialsOf(results: Results, directory: string): Materials {
  return { results, curves: readCurves(join(directory, "checkpoints")) };
}

/** Every table and figure of a study. */
export function studyExhibits({ results, curves }: Materials): Exhibits {
  return {
    tables: {
      claims: claimsTable(results),
      networks: networkTable(results),
      "networks-ablations": networkTable(results, { arms: ablationArms(results) }),
      controls: controlsTable(results),
      ablations: ablationsTable(results),
      layers: layerTable(results),
      accuracy: accuracyTable(results),
      encodings: encodingTable(results),
      "layer-faults": layerFaultsTable(results),
      "training-curves": curvesTable(results, curves),
      failures: failuresTable(results),
    },
    figures: {
      "accuracy-against-rate": accuracyAgainstRate(results),
      "trade-off": tradeOff(results),
      encodings: encodingFigure(results),
      "layer-faults": layerFaultsFigure(results),
      "training-curves": trainingCurves(results, curves),
      "training-curves-ablations": ablationCurves(results, curves),
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

function ablationArms({ others = [] }: Results): string[] {
  return others.flatMap(({ id, group }) => (group === "ablation" ? [id] : []));
}
