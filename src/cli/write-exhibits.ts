import { join } from "node:path";
import { writeFileAtomic } from "../checkpoints/atomic.js";
import { UserError } from "../errors.js";
import { accuracyAgainstRate } from "../exhibits/accuracy-against-rate.js";
import { accuracyTable } from "../exhibits/accuracy-table.js";
import { claimsTable } from "../exhibits/claims-table.js";
import { encodingFigure, encodingTable } from "../exhibits/encodings.js";
import type { Figure } from "../exhibits/figure.js";
import { layerFaultsFigure, layerFaultsTable } from "../exhibits/layer-faults.js";
import { layerTable } from "../exhibits/layer-table.js";
import { networkTable } from "../exhibits/network-table.js";
import { type Table, toCsv, toMarkdown } from "../exhibits/table.js";
import { openRenderer } from "../rendering/index.js";
import type { Results } from "../results/rows.js";

/** Every figure, by file name. */
const FIGURES: Readonly<Record<string, (results: Results) => Figure>> = {
  "accuracy-against-rate": accuracyAgainstRate,
  encodings: encodingFigure,
  "layer-faults": layerFaultsFigure,
};

/** Every table, by file name. */
const TABLES: Readonly<Record<string, (results: Results) => Table>> = {
  claims: claimsTable,
  networks: networkTable,
  layers: layerTable,
  accuracy: accuracyTable,
  encodings: encodingTable,
  "layer-faults": layerFaultsTable,
};

/**
 * Writes each table as .csv and .md and each figure as .json, .svg and .png, but for those that a study has nothing for;
 * without a browser the pictures are left out.
 */
export async function writeExhibits(results: Results, folder: string): Promise<void> {
  const write = (name: string, content: string | Uint8Array) => writeFileAtomic(join(folder, name), content);
  for (const [name, exhibit] of Object.entries(TABLES)) {
    const table = exhibit(results);
    if (table.rows.length === 0) continue;
    write(`${name}.csv`, toCsv(table));
    write(`${name}.md`, toMarkdown(table));
  }
  const figures = Object.entries(FIGURES)
    .map(([name, exhibit]) => [name, exhibit(results)] as const)
    .filter(([, { data }]) => data.length > 0);
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
