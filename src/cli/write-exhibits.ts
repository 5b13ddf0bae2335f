import { join } from "node:path";
import { writeFileAtomic } from "../checkpoints/atomic.js";
import { UserError } from "../errors.js";
import { ablationsTable } from "../exhibits/ablations-table.js";
import { accuracyAgainstRate } from "../exhibits/accuracy-against-rate.js";
import { accuracyTable } from "../exhibits/accuracy-table.js";
import { claimsTable } from "../exhibits/claims-table.js";
import { controlsTable } from "../exhibits/controls-table.js";
import { discussion } from "../exhibits/discussion.js";
import { encodingFigure, encodingTable } from "../exhibits/encodings.js";
import { failuresTable } from "../exhibits/failures-table.js";
import type { Figure } from "../exhibits/figure.js";
import { layerFaultsFigure, layerFaultsTable } from "../exhibits/layer-faults.js";
import { layerTable } from "../exhibits/layer-table.js";
import { networkTable } from "../exhibits/network-table.js";
import { selectionFigure } from "../exhibits/selection-figure.js";
import { selectionGridTable } from "../exhibits/selection-grid.js";
import { type Table, toCsv, toMarkdown } from "../exhibits/table.js";
import { tradeOff } from "../exhibits/trade-off.js";
import { ablationCurves, curvesTable, trainingCurves } from "../exhibits/training-curves.js";
import { openRenderer } from "../rendering/index.js";
import type { CurveRow, Results } from "../results/rows.js";
import type { SelectionRecord } from "../selection/select-results.js";

/** What the exhibits of a study are drawn from. */
export interface Materials {
  readonly results: Results;
  /** Training curves of its networks; none: nothing is drawn of them. */
  readonly curves: readonly CurveRow[];
}

/** Every figure, by file name. */
const FIGURES: Readonly<Record<string, (of: Materials) => Figure>> = {
  "accuracy-against-rate": ({ results }) => accuracyAgainstRate(results),
  "trade-off": ({ results }) => tradeOff(results),
  encodings: ({ results }) => encodingFigure(results),
  "layer-faults": ({ results }) => layerFaultsFigure(results),
  "training-curves": ({ results, curves }) => trainingCurves(results, curves),
  "training-curves-ablations": ({ results, curves }) => ablationCurves(results, curves),
};

/** Every table, by file name. */
const TABLES: Readonly<Record<string, (of: Materials) => Table>> = {
  claims: ({ results }) => claimsTable(results),
  networks: ({ results }) => networkTable(results),
  "networks-ablations": ({ results }) => networkTable(results, { arms: ablationArms(results) }),
  controls: ({ results }) => controlsTable(results),
  ablations: ({ results }) => ablationsTable(results),
  layers: ({ results }) => layerTable(results),
  accuracy: ({ results }) => accuracyTable(results),
  encodings: ({ results }) => encodingTable(results),
  "layer-faults": ({ results }) => layerFaultsTable(results),
  "training-curves": ({ results, curves }) => curvesTable(results, curves),
  failures: ({ results }) => failuresTable(results),
};

function ablationArms({ others = [] }: Results): string[] {
  return others.flatMap(({ id, group }) => (group === "ablation" ? [id] : []));
}

/**
 * Writes each table as .csv and .md, each figure as .json, .svg and .png, but for those that a study has nothing for, and the
 * discussion of the claims as .md; without a browser the pictures are left out.
 */
export async function writeExhibits(of: Materials, folder: string): Promise<void> {
  const drawn = <T>(all: Readonly<Record<string, (of: Materials) => T>>) =>
    Object.entries(all).map(([name, draw]) => [name, draw(of)] as const);
  writeFileAtomic(join(folder, "discussion.md"), `${discussion(of.results).join("\n\n")}\n`);
  await writeAll({ tables: drawn(TABLES), figures: drawn(FIGURES) }, folder);
}

/** Writes what there is to show of a selection, likewise. */
export async function writeSelectionExhibits(record: SelectionRecord, folder: string): Promise<void> {
  const tables = [["selection", selectionGridTable(record)]] as const;
  await writeAll({ tables, figures: [["selection", selectionFigure(record)]] }, folder);
}

/** Exhibits with their file names. */
interface Exhibits {
  readonly tables: readonly (readonly [string, Table])[];
  readonly figures: readonly (readonly [string, Figure])[];
}

async function writeAll(exhibits: Exhibits, folder: string): Promise<void> {
  const write = (name: string, content: string | Uint8Array) => writeFileAtomic(join(folder, name), content);
  for (const [name, table] of exhibits.tables.filter(([, { rows }]) => rows.length > 0)) {
    write(`${name}.csv`, toCsv(table));
    write(`${name}.md`, toMarkdown(table));
  }
  const figures = exhibits.figures.filter(([, { data }]) => data.length > 0);
  for (const [name, figure] of figures) write(`${name}.json`, `${JSON.stringify(figure, null, 1)}\n`);
  try {
    const renderer = await openRenderer();
    try {
      for (const [name, figure] of figures)
        for (const format of ["svg", "png"] as const)
          write(`${name}.${format}`, await renderer.draw(figure, format));
    } finally {
      await renderer.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.warn(`The pictures were not drawn: ${error.message}`);
  }
}
